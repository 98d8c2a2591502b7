/** Middleware for what is wrong before or below the routes: a foreign Host header, a store that fails, an error that was not expected. */
import type { ErrorHandler, MiddlewareHandler } from 'hono';
import type { RelyingPartyContext } from '../context.ts';
import { type Refused, refuse } from '../refusals.ts';
import { StoreError } from '../store/store-error.ts';
import { didNotWork, refuseRequest } from './http.ts';
import type { PortalContext, PortalEnv } from './portal-env.ts';

/**
 * Refuses requests for a host name that is not one of the portal's. A web site whose name was made to point to this address
 * (DNS rebinding) could otherwise read the portal's pages.
 */
export const requireKnownHost =
  (context: RelyingPartyContext): MiddlewareHandler<PortalEnv> =>
  async (c, next) => {
    const names = [hostnameOf(c.req.url), hostnameOf(`http://${c.req.header('host') ?? new URL(c.req.url).host}`)];
    return names.every((name) => name !== undefined && context.hosts.includes(name))
      ? next()
      : refuseRequest(c, context, refuse('host-unknown'), 'This address is not served here');
  };

const hostnameOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).hostname : undefined);

/** Responds to an error. What is not a failure of the store is a defect of the portal: it is printed, but not shown to the visitor. */
export const respondToError =
  (context: RelyingPartyContext): ErrorHandler<PortalEnv> =>
  (error, c) => {
    if (!(error instanceof StoreError)) console.error(error);
    return refuseRequest(c as PortalContext, context, refusalOf(error), didNotWork);
  };

function refusalOf(error: Error): Refused {
  if (!(error instanceof StoreError)) return refuse('internal-error');
  return refuse(error.problem === 'full' ? 'storage-full' : 'storage-unavailable', error.message);
}
