/** The web application: static assets, middleware in order, then the routes. */
import { readFileSync } from 'node:fs';
import { Hono } from 'hono';
import { refuse } from '../refusals.ts';
import { requireKnownHost, respondToError } from './failures.ts';
import { didNotWork, refuseRequest, securityHeaders, sessionAndCsrf } from './http.ts';
import type { PortalEnv, PortalServices } from './portal-env.ts';
import { limitBody } from './request-body.ts';
import { adminRoutes } from './routes/admin.ts';
import { apiRoutes } from './routes/api.ts';
import { partnerRoutes } from './routes/partner.ts';
import { securityInfoRoutes } from './routes/security-info.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { verifyRoutes } from './routes/verify.ts';

const read = (name: string) => readFileSync(new URL(`assets/${name}`, import.meta.url), 'utf8');
const javascript = 'text/javascript; charset=utf-8';
const styleSheets = ['base.css', 'cards.css', 'forms.css', 'controls.css', 'admin.css', 'responsive.css'];
const assets: Readonly<Record<string, { type: string; text: string }>> = {
  'portal.css': { type: 'text/css; charset=utf-8', text: styleSheets.map(read).join('\n') },
  'webauthn.js': { type: javascript, text: read('webauthn.js') },
  'sign-in.js': { type: javascript, text: read('sign-in.js') },
  'passkey.js': { type: javascript, text: read('passkey.js') },
  'security-info.js': { type: javascript, text: read('security-info.js') },
  'mark.svg': { type: 'image/svg+xml', text: read('mark.svg') },
};

/** `withoutSession` are routes that need neither the session of the portal nor its CSRF token. */
export function createApp(services: PortalServices, withoutSession?: Hono<PortalEnv>): Hono<PortalEnv> {
  const { context } = services;
  const app = new Hono<PortalEnv>();
  app.use(securityHeaders(context));
  app.onError(respondToError(context));
  app.use(requireKnownHost(context));
  app.get('/assets/:name', (c) => {
    const asset = Object.hasOwn(assets, c.req.param('name')) ? assets[c.req.param('name')] : undefined;
    if (!asset) return c.notFound();
    return c.body(asset.text, 200, { 'Content-Type': asset.type, 'Cache-Control': 'max-age=300' });
  });
  app.get('/.well-known/webauthn', (c) => {
    const origins = context.relatedOrigins();
    return origins.length > 0 ? c.json({ origins }) : c.notFound();
  });
  app.route('/', partnerRoutes(context));
  app.use(
    limitBody(
      (c) => refuseRequest(c, context, refuse('body-too-large'), 'That request is too large'),
      (c) => refuseRequest(c, context, refuse('body-invalid'), didNotWork),
    ),
  );
  if (withoutSession) app.route('/', withoutSession);
  app.use(sessionAndCsrf(services));
  app.get('/', (c) => c.redirect('/security-info', 303));
  app.route('/', signInRoutes(services));
  app.route('/', verifyRoutes(services));
  app.route('/', securityInfoRoutes(services));
  app.route('/', apiRoutes(services));
  app.route('/', adminRoutes(services));
  app.notFound((c) => refuseRequest(c, context, refuse('not-found'), 'We couldn’t find that page'));
  return app;
}
