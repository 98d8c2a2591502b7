/** Routes: the JSON API that the pages' scripts call. Responses are `{accepted: true, ...}`, or a refusal with its explanation. */
import { Hono } from 'hono';
import { describeClientError } from '../../client-errors.ts';
import { refuse } from '../../refusals.ts';
import { refuseRequest, requireCaller, requireSignIn, sanitizePath, startSession } from '../http.ts';
import type { PortalEnv, PortalServices } from '../portal-env.ts';

export function apiRoutes({ context, signIn, relyingParty }: PortalServices): Hono<PortalEnv> {
  const routes = new Hono<PortalEnv>();
  routes.use('/api/*', async (c, next) => {
    if (/^application\/json\b/.test(c.req.header('content-type') ?? '')) return next();
    return refuseRequest(c, context, refuse('content-type'), '');
  });

  // A visitor who signs in has no session yet, so the challenge is bound to the CSRF token.
  routes.post('/api/sign-in/options', async (c) =>
    c.json({ accepted: true, options: await relyingParty.requestOptions(c.get('csrf')) }),
  );
  routes.post('/api/sign-in', async (c) => {
    const outcome = await relyingParty.authenticate(c.get('csrf'), c.get('body').json);
    if (!outcome.accepted) return refuseRequest(c, context, outcome, '');
    startSession(c, await signIn.withPasskey(outcome.user));
    return c.json({ accepted: true, next: sanitizePath(c.req.query('next')) });
  });

  routes.use('/api/passkeys', requireSignIn(context));
  routes.use('/api/passkeys/*', requireSignIn(context));
  routes.post('/api/passkeys/options', async (c) => {
    const outcome = await relyingParty.creationOptions(requireCaller(c));
    return outcome.accepted ? c.json(outcome) : refuseRequest(c, context, outcome, '');
  });

  routes.post('/api/passkeys', async (c) => {
    const outcome = await relyingParty.register(requireCaller(c), c.get('body').json);
    if (!outcome.accepted) return refuseRequest(c, context, outcome, '');
    return c.json({ accepted: true, next: `/security-info/passkey/${outcome.pending.id}/name` });
  });

  routes.post('/api/passkeys/upgrade/options', async (c) => {
    const outcome = await relyingParty.upgradeOptions(requireCaller(c));
    return outcome.accepted ? c.json(outcome) : refuseRequest(c, context, outcome, '');
  });

  routes.post('/api/passkeys/upgrade', async (c) => {
    const outcome = await relyingParty.upgrade(requireCaller(c), c.get('body').json);
    if (!outcome.accepted) return refuseRequest(c, context, outcome, '');
    return c.json({ accepted: true, next: '/security-info?done=upgraded' });
  });

  routes.post('/api/passkeys/failed', async (c) => {
    const name = readErrorName(c.get('body').json);
    await context.events.emit('registration.client-error', requireCaller(c).user.name, { name });
    return c.json({ accepted: false, reason: name, ...describeClientError(name) });
  });

  return routes;
}

/** Returns the DOMException name that the page reported, or `UnknownError` if there is no valid one. */
function readErrorName(body: unknown): string {
  const name = typeof body === 'object' && body !== null && 'name' in body ? String(body.name) : '';
  return /^\w{1,40}$/.test(name) ? name : 'UnknownError';
}
