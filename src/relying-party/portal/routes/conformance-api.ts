/**
 * Routes: the server conformance API of the FIDO Alliance, for test tools. Anyone can create accounts and register without signing in,
 * so a portal serves these routes only when its operator asks for it. Requests and responses are JSON; the session is a cookie.
 */
import { Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { toBase64url } from '#base/bytes.ts';
import type { Directory } from '../../directory.ts';
import type { Caller } from '../../methods/sessions.ts';
import { type Refused, refusals } from '../../refusals.ts';
import type { PortalContext, PortalEnv, PortalServices } from '../portal-env.ts';

const cookie = 'conformance';
const optionsSchema = z.object({ username: z.string().min(1).max(64), displayName: z.string().max(64).optional() });
/** Registrations that are not finished are forgotten when there are more. */
const maxSessions = 1000;

interface Session {
  caller: Caller;
}

export function conformanceApiRoutes({ context, relyingParty }: PortalServices, directory: Directory): Hono<PortalEnv> {
  const routes = new Hono<PortalEnv>();
  const sessions = new Map<string, Session>();

  const createSession = async (username: string, displayName?: string): Promise<[string, Session]> => {
    const password = toBase64url(context.random.bytes(16));
    const known = await directory.user(username);
    const user =
      known ?? (await directory.createUser({ name: username, displayName: displayName ?? username, password }));
    const id = toBase64url(context.random.bytes(16));
    const session = { caller: await directory.openSession(user, 'totp') };
    sessions.set(id, session);
    const [oldest] = sessions.keys();
    if (sessions.size > maxSessions && oldest !== undefined) sessions.delete(oldest);
    return [id, session];
  };
  const findSession = (c: PortalContext): [string, Session] | undefined => {
    const id = getCookie(c, cookie) ?? '';
    const session = sessions.get(id);
    return session && [id, session];
  };

  routes.post('/attestation/options', async (c) => {
    const body = optionsSchema.safeParse(await readJson(c));
    if (!body.success) return fail(c, 400, 'Expected text in username');
    const [id, { caller }] = await createSession(body.data.username, body.data.displayName);
    const outcome = await relyingParty.creationOptions(caller);
    if (!outcome.accepted) return refused(c, outcome);
    setCookie(c, cookie, id, { httpOnly: true, sameSite: 'Strict', path: '/' });
    return c.json({ status: 'ok', errorMessage: '', ...outcome.options });
  });

  routes.post('/attestation/result', async (c) => {
    const [, session] = findSession(c) ?? [];
    if (!session) return fail(c, 400, 'Expected the session of /attestation/options');
    const outcome = await relyingParty.register(session.caller, await readJson(c));
    if (!outcome.accepted) return refused(c, outcome);
    const named = await relyingParty.namePasskey(session.caller, outcome.pending.id, 'Passkey');
    return named.accepted ? c.json({ status: 'ok', errorMessage: '' }) : refused(c, named);
  });

  routes.post('/assertion/options', async (c) => {
    const body = optionsSchema.safeParse(await readJson(c));
    const user = body.success ? await directory.user(body.data.username) : undefined;
    if (!user) return fail(c, 400, 'Expected the username of a registered user');
    const [id] = await createSession(user.name);
    const allowCredentials = (await directory.passkeys(user)).map(({ credentialId }) => ({
      type: 'public-key',
      id: credentialId,
    }));
    setCookie(c, cookie, id, { httpOnly: true, sameSite: 'Strict', path: '/' });
    return c.json({ status: 'ok', errorMessage: '', ...(await relyingParty.requestOptions(id)), allowCredentials });
  });

  routes.post('/assertion/result', async (c) => {
    const [id] = findSession(c) ?? [];
    if (id === undefined) return fail(c, 400, 'Expected the session of /assertion/options');
    const outcome = await relyingParty.authenticate(id, await readJson(c));
    return outcome.accepted ? c.json({ status: 'ok', errorMessage: '' }) : refused(c, outcome);
  });
  return routes;
}

/** Returns the body, or undefined if it is not JSON. */
const readJson = (c: PortalContext): Promise<unknown> => c.req.json().catch(() => undefined);

const fail = (c: PortalContext, http: (typeof refusals)[Refused['reason']]['http'], errorMessage: string) =>
  c.json({ status: 'failed', errorMessage }, http);

const refused = (c: PortalContext, { reason, rule, detail }: Refused) =>
  fail(c, refusals[reason].http, [reason, rule, detail].filter(Boolean).join(': '));
