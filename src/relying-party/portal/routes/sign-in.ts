/** Routes: sign-in, sign-out and the MFA gate. */
import { Hono } from 'hono';
import { refusals } from '../../refusals.ts';
import {
  callerOf,
  endSession,
  formText,
  localPath,
  type PortalEnv,
  type PortalParts,
  refuseRequest,
  requireSignIn,
  show,
  startSession,
} from '../http.ts';
import { noMethodPage, type SignInView, signInPage, type VerifyView, verifyPage } from '../pages/sign-in-pages.ts';

const passkeyPath = '/security-info/passkey';

export function signInRoutes({ context, signIn, relyingParty }: PortalParts): Hono<PortalEnv> {
  const routes = new Hono<PortalEnv>();
  const method = (text: string | undefined): SignInView['with'] => (text === 'tap' ? 'tap' : 'password');

  routes.get('/sign-in', (c) => {
    if (c.get('caller')) return c.redirect(localPath(c.req.query('next')), 303);
    const view = {
      csrf: c.get('csrf'),
      with: method(c.req.query('with')),
      next: localPath(c.req.query('next')),
      name: '',
    } as const;
    return show(c, context, { title: 'Sign in', script: 'sign-in.js' }, signInPage(view));
  });

  routes.post('/sign-in', async (c) => {
    const [name, secret, next, by] = [
      await formText(c, 'name'),
      await formText(c, 'secret'),
      localPath(await formText(c, 'next')),
      method(await formText(c, 'with')),
    ];
    const outcome = await (by === 'tap' ? signIn.withTap(name, secret) : signIn.withPassword(name, secret));
    if (!outcome.accepted) {
      const view = { csrf: c.get('csrf'), with: by, next, name, refused: outcome };
      return show(
        c,
        context,
        { title: 'Sign in', script: 'sign-in.js' },
        signInPage(view),
        refusals[outcome.reason].http,
      );
    }
    startSession(c, outcome);
    return c.redirect(next, 303);
  });

  routes.post('/sign-out', async (c) => {
    const caller = c.get('caller');
    if (caller) await signIn.signOut(caller);
    endSession(c);
    return c.redirect('/sign-in', 303);
  });

  routes.use('/verify/*', requireSignIn(context));
  routes.use('/verify', requireSignIn(context));

  routes.get('/verify', async (c) => {
    const caller = callerOf(c);
    const next = localPath(c.req.query('next') ?? passkeyPath);
    const refused = await relyingParty.refusesMfa(caller);
    if (!refused) return c.redirect(next, 303);
    const choices = await relyingParty.mfaChoices(caller);
    const { accept } = (await context.policy()).mfa;
    const wanted = accept.find((way) => way === c.req.query('with')) ?? choices[0];
    if (wanted === undefined) {
      await context.events.emit('mfa.no-method', caller.user.name);
      return show(c, context, { title: 'Add another method first' }, noMethodPage(next, accept));
    }
    await context.events.emit(refused.reason === 'mfa-stale' ? 'mfa.stale' : 'mfa.required', caller.user.name);
    return show(
      c,
      context,
      { title: 'Verify it’s you' },
      verifyPage({ csrf: c.get('csrf'), next, method: wanted, choices, why: refusals[refused.reason].why }),
    );
  });

  for (const way of ['totp', 'tap'] as const)
    routes.post(`/verify/${way}`, async (c) => {
      const caller = callerOf(c);
      const [code, next] = [await formText(c, 'code'), localPath(await formText(c, 'next'))];
      const outcome = await (way === 'totp' ? signIn.proveTotp(caller, code) : signIn.proveTap(caller, code));
      if (outcome.accepted) return c.redirect(next, 303);
      if (outcome.reason === 'mfa-method-not-accepted')
        return refuseRequest(c, context, outcome, 'We couldn’t verify it’s you');
      const choices = await relyingParty.mfaChoices(caller);
      const view: VerifyView = {
        csrf: c.get('csrf'),
        next,
        method: way,
        choices,
        why: refusals['mfa-required'].why,
        refused: outcome,
      };
      return show(c, context, { title: 'Verify it’s you' }, verifyPage(view), refusals[outcome.reason].http);
    });

  return routes;
}
