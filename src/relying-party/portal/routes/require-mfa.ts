/** Middleware that requires MFA before other sign-in methods are changed. */
import type { MiddlewareHandler } from 'hono';
import { refuseRequest, requireCaller } from '../http.ts';
import type { PortalEnv, PortalServices } from '../portal-env.ts';

/** Redirects to the MFA page if the user must verify first, or refuses the request if the user has no method for that. */
export const requireMfa =
  ({ context, relyingParty }: PortalServices): MiddlewareHandler<PortalEnv> =>
  async (c, next) => {
    const caller = requireCaller(c);
    const refused = await relyingParty.checkMethodChange(caller);
    if (!refused) return next();
    const methods = await relyingParty.availableMfaMethods(caller);
    if (methods.length === 0) return refuseRequest(c, context, refused, 'Sign in with your passkey first');
    return c.redirect(`/verify?next=${encodeURIComponent(c.req.path)}`, 303);
  };
