/** What the routes share: the session of a request, CSRF protection, security headers, pages and refusals as responses. */
import type { MiddlewareHandler } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { html } from 'hono/html';
import { toBase64url, utf8 } from '#base/bytes.ts';
import { sameBytes } from '#protocol/crypto.ts';
import type { RelyingPartyContext } from '../context.ts';
import type { Caller, OpenedSession } from '../methods/sessions.ts';
import { type Refused, refusals, refuse } from '../refusals.ts';
import { type Html, type PageLayout, page, refusalPanel } from './html.ts';
import type { PortalContext, PortalEnv, PortalServices } from './portal-env.ts';
import { readBody, readFormText } from './request-body.ts';

const sessionCookie = 'session';
/** Contains the CSRF token before sign-in, when there is no session yet. */
const csrfCookie = 'csrf';
const baseCookieOptions = { httpOnly: true, sameSite: 'Strict', path: '/' } as const;
/** Browsers send a cookie to a page in the frame of another site only with these options. */
const embeddedCookieOptions = { ...baseCookieOptions, sameSite: 'None', secure: true, partitioned: true } as const;
const cookieOptionsOf = (c: PortalContext) => (c.get('isEmbedded') ? embeddedCookieOptions : baseCookieOptions);

export const startSession = (c: PortalContext, { token }: OpenedSession): void =>
  setCookie(c, sessionCookie, token, cookieOptionsOf(c));
export const endSession = (c: PortalContext): void => void deleteCookie(c, sessionCookie, cookieOptionsOf(c));

const contentSecurityPolicy = (embedder: string | undefined) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${embedder ?? "'none'"}`,
  ].join('; ');

/** A header that a page has set is not replaced. */
export const securityHeaders =
  (context: RelyingPartyContext): MiddlewareHandler<PortalEnv> =>
  async (c, next) => {
    const embedder = context.embedder();
    c.set('isEmbedded', embedder !== undefined);
    await next();
    if (!c.res.headers.has('Content-Security-Policy'))
      c.header('Content-Security-Policy', contentSecurityPolicy(embedder));
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Referrer-Policy', 'same-origin');
    c.header('Cross-Origin-Opener-Policy', 'same-origin');
    if (!c.res.headers.has('Permissions-Policy'))
      c.header('Permissions-Policy', 'publickey-credentials-create=(self), publickey-credentials-get=(self)');
    if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store');
  };

/**
 * Finds the session's user and refuses a POST without the correct CSRF token. Without a session, the reason is `not-signed-in` (except
 * for sign-in itself), because a session that has ended is the usual cause.
 */
export const sessionAndCsrf =
  ({ context, sessions }: PortalServices): MiddlewareHandler<PortalEnv> =>
  async (c, next) => {
    const token = getCookie(c, sessionCookie);
    const caller = token === undefined ? undefined : await sessions.find(token);
    const anonymous = getCookie(c, csrfCookie) ?? toBase64url(context.random.bytes(32));
    if (!caller && getCookie(c, csrfCookie) === undefined) setCookie(c, csrfCookie, anonymous, cookieOptionsOf(c));
    const csrf = caller?.session.csrfToken ?? anonymous;
    c.set('caller', caller);
    c.set('csrf', csrf);
    const body = await readBody(c);
    if (!body) return refuseRequest(c, context, refuse('body-invalid'), didNotWork);
    c.set('body', body);
    if (c.req.method === 'POST' && !hasToken(c, csrf, context.origin())) {
      const reason = caller || /^\/(api\/)?sign-in/.test(c.req.path) ? 'csrf' : 'not-signed-in';
      await context.events.emit('request.refused', caller?.user.name, { reason, path: c.req.path });
      return refuseRequest(c, context, refuse(reason), didNotWork);
    }
    return next();
  };

export const didNotWork = 'That didn’t work';

function hasToken(c: PortalContext, csrf: string, ownOrigin: string): boolean {
  const origin = c.req.header('origin');
  if (origin !== undefined && origin !== ownOrigin) return false;
  const given = c.req.header('x-csrf-token') ?? readFormText(c, 'csrf');
  return sameBytes(utf8(given), utf8(csrf));
}

const isApi = (c: PortalContext): boolean => c.req.path.startsWith('/api/');

export interface Page extends Omit<PageLayout, 'csrf' | 'caller' | 'organisation'> {
  body: Html;
  /** HTTP status, 200 by default. */
  status?: number;
}

export function showPage(c: PortalContext, { rpName }: RelyingPartyContext, { body, status = 200, ...layout }: Page) {
  const fullLayout = { ...layout, csrf: c.get('csrf') ?? '', caller: c.get('caller'), organisation: rpName };
  return c.html(page(fullLayout, body), status as 200);
}

/** The HTTP status of a page that may show a refusal. */
export const statusOf = (refused: Refused | undefined): number => (refused ? refusals[refused.reason].http : 200);

/** Responds with a refusal: JSON for the API, a page otherwise. The detail is only in the log. */
export function refuseRequest(c: PortalContext, context: RelyingPartyContext, refused: Refused, heading: string) {
  const { http, why, advice } = refusals[refused.reason];
  const { reason, rule } = refused;
  if (isApi(c)) return c.json({ accepted: false, reason, ...(rule !== undefined && { rule }), why, advice }, http);
  const actions = c.get('caller')
    ? html`<a class="button" href="/security-info">Back to Security info</a>`
    : html`<a class="button" href="/sign-in">Sign in</a>`;
  return showPage(c, context, { title: heading, body: refusalPanel(heading, refused, actions), status: http });
}

/** Returns the signed-in user of a request. The route must be behind `requireSignIn`. */
export const requireCaller = (c: PortalContext): Caller => {
  const caller = c.get('caller');
  if (!caller) throw new Error(`Cannot serve ${c.req.path}: expected requireSignIn before this route`);
  return caller;
};

/** Lets signed-in users pass. Others are redirected to the sign-in page, or refused by the API. */
export const requireSignIn =
  (context: RelyingPartyContext): MiddlewareHandler<PortalEnv> =>
  async (c, next) => {
    if (c.get('caller')) return next();
    if (isApi(c)) return refuseRequest(c, context, refuse('not-signed-in'), '');
    return c.redirect(`/sign-in?next=${encodeURIComponent(c.req.path)}`, 303);
  };

/** Returns `path` if it is a path of this site, otherwise that of the Security info page. Prevents redirects to other sites. */
export const sanitizePath = (path: string | undefined): string =>
  path !== undefined && /^\/(?![/\\])[\w\-./]*$/.test(path) ? path : '/security-info';
