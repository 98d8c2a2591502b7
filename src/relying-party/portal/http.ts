/** What every route shares: the request's session, CSRF protection, security headers, and answers that say no. */
import type { Context, MiddlewareHandler } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { html } from 'hono/html';
import { toBase64url, utf8 } from '#base/bytes.ts';
import { sameBytes } from '#protocol/crypto.ts';
import type { PartyContext } from '../context.ts';
import type { Caller, OpenedSession, Sessions } from '../methods/sessions.ts';
import { type Refused, refusals, refuse } from '../refusals.ts';
import type { RelyingParty } from '../relying-party.ts';
import type { SignIn } from '../sign-in.ts';
import { type Frame, type Html, page, refusalPanel } from './html.ts';

/** The parts that the routes are a shell on. */
export interface PortalParts {
  context: PartyContext;
  sessions: Sessions;
  signIn: SignIn;
  relyingParty: RelyingParty;
}

export interface PortalEnv {
  Variables: { caller: Caller | undefined; csrf: string };
}
export type PortalContext = Context<PortalEnv>;

const sessionCookie = 'session';
/** Before sign-in there is no session to hold the CSRF token: a cookie of its own does. */
const csrfCookie = 'csrf';
const cookieRules = { httpOnly: true, sameSite: 'Strict', path: '/' } as const;

export const startSession = (c: PortalContext, { token }: OpenedSession): void =>
  setCookie(c, sessionCookie, token, cookieRules);
export const endSession = (c: PortalContext): void => void deleteCookie(c, sessionCookie, cookieRules);

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const securityHeaders: MiddlewareHandler<PortalEnv> = async (c, next) => {
  await next();
  c.header('Content-Security-Policy', contentSecurityPolicy);
  c.header('X-Content-Type-Options', 'nosniff');
  c.header('Referrer-Policy', 'same-origin');
  c.header('Cross-Origin-Opener-Policy', 'same-origin');
  c.header('Permissions-Policy', 'publickey-credentials-create=(self), publickey-credentials-get=(self)');
  if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store');
};

/** Finds the caller and refuses every POST without the right token; without a session that is mostly one that has ended. */
export const sessionAndCsrf =
  ({ context, sessions }: PortalParts): MiddlewareHandler<PortalEnv> =>
  async (c, next) => {
    const token = getCookie(c, sessionCookie);
    const caller = token === undefined ? undefined : await sessions.find(token);
    const anonymous = getCookie(c, csrfCookie) ?? toBase64url(context.random.bytes(32));
    if (!caller && getCookie(c, csrfCookie) === undefined) setCookie(c, csrfCookie, anonymous, cookieRules);
    const csrf = caller?.session.csrfToken ?? anonymous;
    c.set('caller', caller);
    c.set('csrf', csrf);
    if (c.req.method === 'POST' && !(await hasToken(c, csrf, context.origin()))) {
      await context.events.emit('request.refused', caller?.user.name, { reason: 'csrf', path: c.req.path });
      return refuseRequest(
        c,
        context,
        refuse(caller || /^\/(api\/)?sign-in/.test(c.req.path) ? 'csrf' : 'not-signed-in'),
        'That didn’t work',
      );
    }
    return next();
  };

async function hasToken(c: PortalContext, csrf: string, ownOrigin: string): Promise<boolean> {
  const origin = c.req.header('origin');
  if (origin !== undefined && origin !== ownOrigin) return false;
  const given = c.req.header('x-csrf-token') ?? (isForm(c) ? (await c.req.parseBody()).csrf : undefined);
  return typeof given === 'string' && sameBytes(utf8(given), utf8(csrf));
}

const isForm = (c: PortalContext): boolean =>
  /^(application\/x-www-form-urlencoded|multipart\/form-data)/.test(c.req.header('content-type') ?? '');
const isApi = (c: PortalContext): boolean => c.req.path.startsWith('/api/');

export function show(
  c: PortalContext,
  { rpName }: PartyContext,
  frame: Omit<Frame, 'csrf' | 'caller' | 'organisation'>,
  body: Html,
  status = 200,
) {
  const full = { ...frame, csrf: c.get('csrf'), caller: c.get('caller'), organisation: rpName };
  return c.html(page(full, body), status as 200);
}

/** Says no: JSON to the page's script, a page to a person. The detail stays in the log. */
export function refuseRequest(c: PortalContext, context: PartyContext, refused: Refused, heading: string) {
  const { http, why, advice } = refusals[refused.reason];
  if (isApi(c)) return c.json({ accepted: false, reason: refused.reason, why, advice }, http);
  const actions = c.get('caller')
    ? html`<a class="button" href="/security-info">Back to Security info</a>`
    : html`<a class="button" href="/sign-in">Sign in</a>`;
  return show(c, context, { title: heading }, refusalPanel(heading, refused, actions), http);
}

/** The signed-in caller of a route behind `requireSignIn`. */
export const callerOf = (c: PortalContext): Caller => {
  const caller = c.get('caller');
  if (!caller) throw new Error(`cannot serve ${c.req.path}: no caller, wanted requireSignIn before it`);
  return caller;
};

export const requireSignIn =
  (context: PartyContext): MiddlewareHandler<PortalEnv> =>
  async (c, next) => {
    if (c.get('caller')) return next();
    if (isApi(c)) return refuseRequest(c, context, refuse('not-signed-in'), '');
    return c.redirect(`/sign-in?next=${encodeURIComponent(c.req.path)}`, 303);
  };

/** One text field of a form; empty when absent. */
export async function formText(c: PortalContext, name: string): Promise<string> {
  const value = (await c.req.parseBody())[name];
  return typeof value === 'string' ? value : '';
}

/** A path of this site to go on to; anything else leads to the list. */
export const localPath = (path: string | undefined): string =>
  path !== undefined && /^\/(?![/\\])[\w\-./]*$/.test(path) ? path : '/security-info';
