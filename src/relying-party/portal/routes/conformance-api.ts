/**
 * Routes: the server conformance API of the FIDO Alliance, for test tools. Anyone can create accounts and register without signing in,
 * so a portal serves these routes only with an option. Requests and responses are JSON; the session is a cookie.
 */
import { Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { z } from 'zod';
import { toBase64url } from '#base/bytes.ts';
import type { Policy } from '../../config.ts';
import type { RelyingPartyContext } from '../../context.ts';
import type { Directory } from '../../directory.ts';
import type { Caller } from '../../methods/sessions.ts';
import { type Refused, refusals } from '../../refusals.ts';
import { createRelyingParty, type RelyingParty } from '../../relying-party.ts';
import type { PortalContext, PortalEnv, PortalServices } from '../portal-env.ts';
import { registrationSchema, signInSchema, toCredentialJson, withRequested } from './conformance-requests.ts';
import { type ConformanceSettings, createConformanceSettings } from './conformance-settings.ts';

const cookie = 'conformance';
/** When there are more sessions, the oldest is deleted. */
const maxSessions = 1000;

interface Session {
  caller: Caller;
  /** Applies the policy, with the user verification of the request for options. */
  relyingParty: RelyingParty;
}

interface SessionRequest {
  username: string;
  displayName?: string | undefined;
  userVerification?: Policy['userVerification'] | undefined;
}

export function conformanceApiRoutes(services: PortalServices, directory: Directory): Hono<PortalEnv> {
  const routes = new Hono<PortalEnv>();
  const settings = createConformanceSettings(services.context);
  const { createSession, findSession } = createSessionTable(services, directory, settings);
  routes.use('/attestation/*', requireJson);
  routes.use('/assertion/*', requireJson);
  routes.use('/conformance/*', requireJson);
  routes.route('/', settings.routes);

  routes.post('/attestation/options', async (c) => {
    const body = registrationSchema.safeParse(await readJson(c));
    if (!body.success) return fail(c, 400, describeIssues(body.error));
    const { userVerification: requested } = body.data.authenticatorSelection ?? {};
    const [id, { caller, relyingParty }] = await createSession({ ...body.data, userVerification: requested });
    const outcome = await relyingParty.creationOptions(caller);
    if (!outcome.accepted) return refused(c, outcome);
    setCookie(c, cookie, id, { httpOnly: true, sameSite: 'Strict', path: '/' });
    return c.json({ status: 'ok', errorMessage: '', ...withRequested(outcome.options, body.data) });
  });

  routes.post('/attestation/result', async (c) => {
    const [, session] = findSession(c) ?? [];
    if (!session) return fail(c, 400, 'Expected the session of /attestation/options');
    const { caller, relyingParty } = session;
    const outcome = await relyingParty.register(caller, toCredentialJson(await readJson(c)));
    if (!outcome.accepted) return refused(c, outcome);
    const named = await relyingParty.namePasskey(caller, outcome.pending.id, 'Passkey');
    return named.accepted ? c.json({ status: 'ok', errorMessage: '' }) : refused(c, named);
  });

  routes.post('/assertion/options', async (c) => {
    const body = signInSchema.safeParse(await readJson(c));
    if (!body.success) return fail(c, 400, describeIssues(body.error));
    const user = await directory.user(body.data.username);
    if (!user) return fail(c, 400, 'Expected the username of a registered user');
    const [id, { relyingParty }] = await createSession(body.data);
    const allowCredentials = (await directory.passkeys(user)).map(({ credentialId }) => ({
      type: 'public-key',
      id: credentialId,
    }));
    setCookie(c, cookie, id, { httpOnly: true, sameSite: 'Strict', path: '/' });
    const options = { ...(await relyingParty.requestOptions(id)), extensions: body.data.extensions, allowCredentials };
    return c.json({ status: 'ok', errorMessage: '', ...options });
  });

  routes.post('/assertion/result', async (c) => {
    const found = findSession(c);
    if (!found) return fail(c, 400, 'Expected the session of /assertion/options');
    const [id, { relyingParty, caller }] = found;
    const outcome = await relyingParty.authenticate(id, toCredentialJson(await readJson(c)), caller.user);
    return outcome.accepted ? c.json({ status: 'ok', errorMessage: '' }) : refused(c, outcome);
  });
  return routes;
}

/** Stores the sessions by the id in their cookie. */
function createSessionTable(
  { context, ...services }: PortalServices,
  directory: Directory,
  settings: ConformanceSettings,
) {
  const sessions = new Map<string, Session>();
  return {
    /** Opens a session of the user, who is created if the name is new. */
    async createSession(request: SessionRequest): Promise<[id: string, Session]> {
      const { username: name, displayName = name, userVerification: requested } = request;
      const user = (await directory.user(name)) ?? (await directory.createUser({ name, displayName }));
      const id = toBase64url(context.random.bytes(16));
      const changed = requested ? withUserVerification(settings.context() ?? context, requested) : settings.context();
      const relyingParty = changed ? createRelyingParty(changed) : services.relyingParty;
      const session = { caller: await directory.openSession(user, 'totp'), relyingParty };
      sessions.set(id, session);
      const [oldest] = sessions.keys();
      if (sessions.size > maxSessions && oldest !== undefined) sessions.delete(oldest);
      return [id, session];
    },
    findSession(c: PortalContext): [id: string, Session] | undefined {
      const id = getCookie(c, cookie) ?? '';
      const session = sessions.get(id);
      return session && [id, session];
    },
  };
}

/** Returns a context whose policy has this user verification. */
const withUserVerification = (
  context: RelyingPartyContext,
  requested: Policy['userVerification'],
): RelyingPartyContext => ({
  ...context,
  policy: async () => ({ ...(await context.policy()), userVerification: requested }),
});

const describeIssues = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; ');

/** A page of another site can send other content types without a preflight request. */
async function requireJson(c: PortalContext, next: () => Promise<void>): Promise<Response | undefined> {
  if (!/^application\/json\s*(;|$)/i.test(c.req.header('content-type') ?? ''))
    return fail(c, 415, 'Expected the content type application/json');
  await next();
  return undefined;
}

/** Returns the body, or undefined if it is not JSON. */
const readJson = (c: PortalContext): Promise<unknown> => c.req.json().catch(() => undefined);

const fail = (c: PortalContext, http: (typeof refusals)[Refused['reason']]['http'], errorMessage: string) =>
  c.json({ status: 'failed', errorMessage }, http);

/** The member `rule` is not part of the API: it shows test tools which rule of verification the response violates. */
function refused(c: PortalContext, { reason, rule, detail }: Refused) {
  const errorMessage = [reason, rule, detail].filter(Boolean).join(': ');
  return c.json({ status: 'failed', errorMessage, ...(rule !== undefined && { rule }) }, refusals[reason].http);
}
