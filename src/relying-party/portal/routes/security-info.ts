/** Routes: the Security info page and choosing a method to add (steps S1 and S2); includes the routes of each method. */
import { Hono } from 'hono';
import type { Caller } from '../../methods/sessions.ts';
import { type PasskeySignals, signalsAfterDeletion, signalsAfterRenaming } from '../../passkey-signals.ts';
import { requireCaller, requireSignIn, showPage } from '../http.ts';
import { chooseMethodPage, securityInfoPage } from '../pages/security-info-pages.ts';
import type { PortalEnv, PortalServices } from '../portal-env.ts';
import { readFormText } from '../request-body.ts';
import { authenticatorAppRoutes } from './authenticator-app.ts';
import { nameRoutes } from './name.ts';
import { passkeyRoutes } from './passkey.ts';
import { passkeySetUpRoutes } from './passkey-set-up.ts';

const section = 'security-info';

/** Confirmations that the Security info page shows after a change, by the query parameter `done`. */
const confirmations: Readonly<Record<string, string>> = {
  renamed: 'Your passkey has its new name.',
  deleted: 'Your passkey is deleted. You can also remove it from your security key or device.',
  'app-added': 'Your authenticator app is set up.',
  'app-deleted': 'Your authenticator app is deleted.',
  'name-changed': 'Your name is changed.',
  upgraded: 'Your browser has created a passkey for you. Next time you can sign in without your password.',
};

export function securityInfoRoutes(services: PortalServices): Hono<PortalEnv> {
  const { context, relyingParty } = services;
  const routes = new Hono<PortalEnv>();
  routes.use('/security-info/*', requireSignIn(context));
  routes.use('/security-info', requireSignIn(context));

  routes.get('/security-info', async (c) => {
    const caller = requireCaller(c);
    const done = c.req.query('done') ?? '';
    const signals = await signalsAfter(done, services, caller);
    const upgrade = done === '' && (await relyingParty.checkUpgrade(caller)) === undefined;
    const body = securityInfoPage({
      user: caller.user,
      passkeys: await relyingParty.listPasskeys(caller),
      confirmation: confirmations[done],
      signals,
      upgrade,
    });
    const script = signals || upgrade ? { script: 'security-info.js' } : {};
    return showPage(c, context, { title: 'Security info', section, width: 'wide', body, ...script });
  });

  routes.get('/security-info/add', (c) =>
    showPage(c, context, { title: 'Choose a method', section, body: chooseMethodPage(c.get('csrf')) }),
  );
  routes.post('/security-info/add', async (c) => {
    const method = readFormText(c, 'method');
    return c.redirect(method === 'totp' ? '/security-info/authenticator-app' : '/security-info/passkey', 303);
  });

  routes.route('/', nameRoutes(services));
  routes.route('/', authenticatorAppRoutes(services));
  routes.route('/', passkeySetUpRoutes(services));
  routes.route('/', passkeyRoutes(services));
  return routes;
}

/** Returns what the page signals after a change. */
function signalsAfter(
  done: string,
  { context }: PortalServices,
  { user }: Caller,
): Promise<PasskeySignals> | PasskeySignals | undefined {
  if (done === 'deleted') return signalsAfterDeletion(context, user);
  return done === 'name-changed' ? signalsAfterRenaming(context, user) : undefined;
}
