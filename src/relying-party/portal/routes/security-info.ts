/** Routes: My Security info, choosing a method, the authenticator app, and the pages of a passkey. */
import { Hono, type MiddlewareHandler } from 'hono';
import { defaultName } from '../../authenticator-models.ts';
import { totpUri } from '../../methods/totp.ts';
import { type Refused, refusals, refuse } from '../../refusals.ts';
import type { Passkey } from '../../store/store.ts';
import {
  callerOf,
  formText,
  localPath,
  type PortalContext,
  type PortalEnv,
  type PortalParts,
  refuseRequest,
  requireSignIn,
  show,
} from '../http.ts';
import { namePasskeyPage, passkeyDonePage, renamePasskeyPage, setUpPasskeyPage } from '../pages/passkey-pages.ts';
import { chooseMethodPage, confirmPage, securityInfoPage, totpPage } from '../pages/security-info-pages.ts';
import { qrSvg } from '../qr-code.ts';

const couldNotSetUp = 'We couldn’t set up your passkey';
const section = 'security-info';

/** In front of everything that changes the other methods: leads to the MFA gate, or says that there is no way through it. */
const requireMfa =
  ({ context, relyingParty }: PortalParts): MiddlewareHandler<PortalEnv> =>
  async (c, next) => {
    const caller = callerOf(c);
    const refused = await relyingParty.refusesMethodChange(caller);
    if (!refused) return next();
    const ways = await relyingParty.mfaChoices(caller);
    if (ways.length === 0) return refuseRequest(c, context, refused, 'Sign in with your passkey first');
    return c.redirect(`/verify?next=${encodeURIComponent(c.req.path)}`, 303);
  };

/** What the list says once after something was done, by the query's `done`. */
const said: Readonly<Record<string, string>> = {
  renamed: 'Your passkey has its new name.',
  deleted: 'Your passkey is deleted. You can also remove it from your security key or device.',
  'app-added': 'Your authenticator app is set up.',
  'app-deleted': 'Your authenticator app is deleted.',
};

export function securityInfoRoutes(parts: PortalParts): Hono<PortalEnv> {
  const { context, relyingParty } = parts;
  const routes = new Hono<PortalEnv>();
  routes.use('/security-info/*', requireSignIn(context));
  routes.use('/security-info', requireSignIn(context));

  routes.get('/security-info', async (c) => {
    const caller = callerOf(c);
    const body = securityInfoPage(caller.user, await relyingParty.passkeys(caller), said[c.req.query('done') ?? '']);
    return show(c, context, { title: 'Security info', section, width: 'wide' }, body);
  });

  routes.get('/security-info/add', (c) =>
    show(c, context, { title: 'Choose a method', section }, chooseMethodPage(c.get('csrf'))),
  );
  routes.post('/security-info/add', async (c) =>
    c.redirect(
      (await formText(c, 'method')) === 'totp' ? '/security-info/authenticator-app' : '/security-info/passkey',
      303,
    ),
  );

  authenticatorAppRoutes(routes, parts);
  passkeyRoutes(routes, parts);
  return routes;
}

function authenticatorAppRoutes(routes: Hono<PortalEnv>, parts: PortalParts): void {
  const { context, signIn } = parts;
  const path = '/security-info/authenticator-app';
  routes.use(path, requireMfa(parts));
  routes.use(`${path}/*`, requireMfa(parts));

  async function showSetUp(c: PortalContext, next: string, refused?: Refused) {
    const { user, session } = callerOf(c);
    const secret = await signIn.draftTotp({ user, session });
    const qr = await qrSvg(totpUri(secret, context.rpName, user.name));
    const status = refused ? refusals[refused.reason].http : 200;
    return show(
      c,
      context,
      { title: 'Set up your authenticator app', section },
      totpPage({ csrf: c.get('csrf'), next, secret, qr, refused }),
      status,
    );
  }

  routes.get(path, (c) => showSetUp(c, localPath(c.req.query('next'))));
  routes.post(path, async (c) => {
    const next = localPath(await formText(c, 'next'));
    const outcome = await signIn.confirmTotp(callerOf(c), await formText(c, 'code'));
    if (!outcome.accepted) return showSetUp(c, next, outcome);
    return c.redirect(next === '/security-info' ? '/security-info?done=app-added' : next, 303);
  });

  routes.get(`${path}/remove`, (c) => {
    const says = 'You will need another method to verify that it’s you.';
    return show(
      c,
      context,
      { title: 'Delete authenticator app', section },
      confirmPage(c.get('csrf'), `${path}/remove`, 'Authenticator app', says),
    );
  });
  routes.post(`${path}/remove`, async (c) => {
    await signIn.removeTotp(callerOf(c));
    return c.redirect('/security-info?done=app-deleted', 303);
  });
}

function passkeyRoutes(routes: Hono<PortalEnv>, parts: PortalParts): void {
  const { context, relyingParty } = parts;
  const path = '/security-info/passkey';
  routes.use(`${path}/:id/delete`, requireMfa(parts));

  /** Runs `serve` with the caller's passkey of the path, or says that there is none. */
  const withPasskey =
    (serve: (c: PortalContext, passkey: Passkey) => Response | Promise<Response>) => async (c: PortalContext) => {
      const passkey = (await relyingParty.passkeys(callerOf(c))).find(({ id }) => id === c.req.param('id'));
      return passkey
        ? serve(c, passkey)
        : refuseRequest(c, context, refuse('not-found'), 'We couldn’t find that passkey');
    };

  routes.get(path, async (c) => {
    const caller = callerOf(c);
    const refused = await relyingParty.refusesUser(caller);
    if (refused) {
      await context.events.emit('registration.refused', caller.user.name, {
        reason: refused.reason,
        detail: refused.detail,
      });
      return refuseRequest(c, context, refused, couldNotSetUp);
    }
    if (await relyingParty.refusesMfa(caller)) return c.redirect(`/verify?next=${encodeURIComponent(path)}`, 303);
    return show(
      c,
      context,
      { title: 'Set up a passkey', section, script: 'passkey.js' },
      setUpPasskeyPage(await context.policy()),
    );
  });

  async function showNaming(c: PortalContext, name?: string, refused?: Refused) {
    const caller = callerOf(c);
    const pending = await relyingParty.pending(caller, c.req.param('id') ?? '');
    if (!pending) return refuseRequest(c, context, refuse('pending-gone'), couldNotSetUp);
    const taken = (await relyingParty.passkeys(caller)).map((passkey) => passkey.name);
    const body = namePasskeyPage(
      c.get('csrf'),
      pending.id,
      pending.credential,
      name ?? defaultName(pending.credential, taken),
      refused,
    );
    return show(
      c,
      context,
      { title: 'Name your passkey', section },
      body,
      refused ? refusals[refused.reason].http : 200,
    );
  }

  routes.get(`${path}/:id/name`, (c) => showNaming(c));
  routes.post(`${path}/:id/name`, async (c) => {
    const name = await formText(c, 'name');
    const outcome = await relyingParty.name(callerOf(c), c.req.param('id'), name);
    if (outcome.accepted) return c.redirect(`${path}/${outcome.passkey.id}/done`, 303);
    return outcome.reason === 'name-invalid'
      ? showNaming(c, name, outcome)
      : refuseRequest(c, context, outcome, couldNotSetUp);
  });
  routes.post(`${path}/:id/abandon`, async (c) => {
    await relyingParty.abandon(callerOf(c), c.req.param('id'));
    return c.redirect('/security-info', 303);
  });

  routes.get(
    `${path}/:id/done`,
    withPasskey((c, passkey) => show(c, context, { title: 'Passkey added', section }, passkeyDonePage(passkey))),
  );

  routes.get(
    `${path}/:id/rename`,
    withPasskey((c, passkey) =>
      show(c, context, { title: 'Rename passkey', section }, renamePasskeyPage(c.get('csrf'), passkey)),
    ),
  );
  routes.post(
    `${path}/:id/rename`,
    withPasskey(async (c, passkey) => {
      const name = await formText(c, 'name');
      const outcome = await relyingParty.rename(callerOf(c), passkey.id, name);
      if (outcome.accepted) return c.redirect('/security-info?done=renamed', 303);
      const body = renamePasskeyPage(c.get('csrf'), { ...passkey, name }, outcome);
      return show(c, context, { title: 'Rename passkey', section }, body, refusals[outcome.reason].http);
    }),
  );

  routes.get(
    `${path}/:id/delete`,
    withPasskey((c, { id, name }) => {
      const says = 'You won’t be able to sign in with it any more.';
      return show(
        c,
        context,
        { title: 'Delete passkey', section },
        confirmPage(c.get('csrf'), `${path}/${id}/delete`, name, says),
      );
    }),
  );
  routes.post(
    `${path}/:id/delete`,
    withPasskey(async (c, { id }) => {
      await relyingParty.delete(callerOf(c), id);
      return c.redirect('/security-info?done=deleted', 303);
    }),
  );
}
