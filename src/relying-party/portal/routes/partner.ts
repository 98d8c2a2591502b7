/** Route: the page of a partner site, at another origin, which shows the sign-in page of the portal in an inline frame. */
import { Hono } from 'hono';
import { html } from 'hono/html';
import type { RelyingPartyContext } from '../../context.ts';
import type { PortalEnv } from '../portal-env.ts';

const features = ['publickey-credentials-get', 'publickey-credentials-create'];

/** With `?allow=none` the frame may not use WebAuthn (WebAuthn L3 section 5.9). */
export function partnerRoutes(context: RelyingPartyContext): Hono<PortalEnv> {
  const routes = new Hono<PortalEnv>();
  routes.get('/partner', (c) => {
    const origin = context.origin();
    const embedder = context.embedder();
    if (embedder === undefined) return c.notFound();
    const { pathname, search, host } = new URL(c.req.url);
    if (host !== new URL(embedder).host) return c.redirect(`${embedder}${pathname}${search}`);
    const allow = c.req.query('allow') === 'none' ? '' : features.join('; ');
    c.header('Content-Security-Policy', `default-src 'none'; frame-src ${origin}`);
    c.header('Permissions-Policy', features.map((feature) => `${feature}=(self "${origin}")`).join(', '));
    return c.html(html`<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>Partner</title></head>
  <body><h1>Partner</h1><iframe title="Contoso" width="600" height="700" src="${origin}/sign-in" allow="${allow}"></iframe></body>
</html>`);
  });
  return routes;
}
