/** Routes: the JSON interface of the page's script. Answers are `{accepted: true, ...}` or a refusal with its words. */
import { Hono } from 'hono';
import { clientErrorWords } from '../../client-errors.ts';
import { refuse } from '../../refusals.ts';
import {
  callerOf,
  localPath,
  type PortalContext,
  type PortalEnv,
  type PortalParts,
  refuseRequest,
  requireSignIn,
  startSession,
} from '../http.ts';

export function apiRoutes({ context, signIn, relyingParty }: PortalParts): Hono<PortalEnv> {
  const routes = new Hono<PortalEnv>();
  routes.use('/api/*', async (c, next) => {
    if (/^application\/json\b/.test(c.req.header('content-type') ?? '')) return next();
    return refuseRequest(c, context, refuse('content-type'), '');
  });

  // The visitor has no session yet: his challenge belongs to his CSRF token.
  routes.post('/api/sign-in/options', async (c) =>
    c.json({ accepted: true, options: await relyingParty.requestOptions(c.get('csrf')) }),
  );
  routes.post('/api/sign-in', async (c) => {
    const outcome = await relyingParty.authenticate(c.get('csrf'), await jsonBody(c));
    if (!outcome.accepted) return refuseRequest(c, context, outcome, '');
    startSession(c, await signIn.withPasskey(outcome.user));
    return c.json({ accepted: true, next: localPath(c.req.query('next')) });
  });

  routes.use('/api/passkeys', requireSignIn(context));
  routes.use('/api/passkeys/*', requireSignIn(context));
  routes.post('/api/passkeys/options', async (c) => {
    const outcome = await relyingParty.creationOptions(callerOf(c));
    return outcome.accepted ? c.json(outcome) : refuseRequest(c, context, outcome, '');
  });

  routes.post('/api/passkeys', async (c) => {
    const outcome = await relyingParty.register(callerOf(c), await jsonBody(c));
    if (!outcome.accepted) return refuseRequest(c, context, outcome, '');
    return c.json({ accepted: true, next: `/security-info/passkey/${outcome.pending.id}/name` });
  });

  routes.post('/api/passkeys/failed', async (c) => {
    const body = await jsonBody(c);
    const given = typeof body === 'object' && body !== null && 'name' in body ? String(body.name) : '';
    const name = /^\w{1,40}$/.test(given) ? given : 'UnknownError';
    await context.events.emit('registration.client-error', callerOf(c).user.name, { name });
    return c.json({ accepted: false, reason: name, ...clientErrorWords(name) });
  });

  return routes;
}

/** The body as JSON; undefined when it is none, which no route accepts. */
async function jsonBody(c: PortalContext): Promise<unknown> {
  try {
    return await c.req.json();
  } catch {
    return undefined;
  }
}
