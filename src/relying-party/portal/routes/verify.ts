/** Routes: MFA verification before a passkey or another sign-in method is added or removed (step S4). */
import { Hono } from 'hono';
import type { MfaMethod } from '../../config.ts';
import type { RelyingPartyContext } from '../../context.ts';
import type { Caller } from '../../methods/sessions.ts';
import { refusals } from '../../refusals.ts';
import {
  refuseRequest,
  requireCaller,
  requireSignIn,
  sanitizePath,
  showPage,
  startSession,
  statusOf,
} from '../http.ts';
import { noMethodPage, type VerifyView, verifyPage } from '../pages/verify-pages.ts';
import type { PortalContext, PortalEnv, PortalServices } from '../portal-env.ts';
import { readFormText } from '../request-body.ts';

const defaultNext = '/security-info/passkey';

export function verifyRoutes({ context, signIn, relyingParty }: PortalServices): Hono<PortalEnv> {
  const routes = new Hono<PortalEnv>();
  routes.use('/verify/*', requireSignIn(context));
  routes.use('/verify', requireSignIn(context));

  const showVerify = (c: PortalContext, view: Omit<VerifyView, 'csrf'>) =>
    showPage(c, context, {
      title: 'Verify it’s you',
      body: verifyPage({ csrf: c.get('csrf'), ...view }),
      status: statusOf(view.refused),
    });

  routes.get('/verify', async (c) => {
    const caller = requireCaller(c);
    const next = sanitizePath(c.req.query('next') ?? defaultNext);
    const refused = await relyingParty.checkMfa(caller);
    if (!refused) return c.redirect(next, 303);
    const choices = await relyingParty.availableMfaMethods(caller);
    const offered = await listOfferedMethods(context, caller, choices);
    const { accept } = (await context.policy()).mfa;
    const method = accept.find((accepted) => accepted === c.req.query('with')) ?? choices[0];
    if (method === undefined) {
      await context.events.emit('mfa.no-method', caller.user.name, { reason: refused.reason });
      return showPage(c, context, { title: 'Add another method first', body: noMethodPage(next, accept, refused) });
    }
    await context.events.emit(refused.reason === 'mfa-stale' ? 'mfa.stale' : 'mfa.required', caller.user.name);
    return showVerify(c, { next, method, choices: offered, why: refusals[refused.reason].why });
  });

  for (const method of ['totp', 'tap'] as const)
    routes.post(`/verify/${method}`, async (c) => {
      const caller = requireCaller(c);
      const code = readFormText(c, 'code');
      const next = sanitizePath(readFormText(c, 'next'));
      const outcome = await (method === 'totp' ? signIn.verifyTotp(caller, code) : signIn.verifyTap(caller, code));
      if (outcome.accepted) {
        startSession(c, outcome);
        return c.redirect(next, 303);
      }
      if (outcome.reason === 'mfa-method-not-accepted')
        return refuseRequest(c, context, outcome, 'We couldn’t verify it’s you');
      const choices = await listOfferedMethods(context, caller, await relyingParty.availableMfaMethods(caller));
      return showVerify(c, { next, method, choices, why: refusals['mfa-required'].why, refused: outcome });
    });

  return routes;
}

/** Returns the methods that the page offers. A pass that is used up or has expired can be entered, because the answer explains this. */
async function listOfferedMethods(
  { store, policy }: RelyingPartyContext,
  { user }: Caller,
  usable: readonly MfaMethod[],
): Promise<MfaMethod[]> {
  const hasPass = (await store.passes.byUser(user.id)) !== undefined;
  return (await policy()).mfa.accept.filter((method) => usable.includes(method) || (method === 'tap' && hasPass));
}
