/** The web application: middleware in order, then the routes, then the files of `assets/`. */
import { readFileSync } from 'node:fs';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { refuse } from '../refusals.ts';
import { type PortalEnv, type PortalParts, refuseRequest, securityHeaders, sessionAndCsrf } from './http.ts';
import { adminRoutes } from './routes/admin.ts';
import { apiRoutes } from './routes/api.ts';
import { securityInfoRoutes } from './routes/security-info.ts';
import { signInRoutes } from './routes/sign-in.ts';

const maxBodyBytes = 256 * 1024;

const read = (name: string) => readFileSync(new URL(`assets/${name}`, import.meta.url), 'utf8');
const javascript = 'text/javascript; charset=utf-8';
const styleSheets = ['base.css', 'cards.css', 'forms.css', 'admin.css', 'adapt.css'];
const assets: Readonly<Record<string, { type: string; text: string }>> = {
  'portal.css': { type: 'text/css; charset=utf-8', text: styleSheets.map(read).join('\n') },
  'webauthn.js': { type: javascript, text: read('webauthn.js') },
  'sign-in.js': { type: javascript, text: read('sign-in.js') },
  'passkey.js': { type: javascript, text: read('passkey.js') },
  'mark.svg': { type: 'image/svg+xml', text: read('mark.svg') },
};

export function createApp(parts: PortalParts): Hono<PortalEnv> {
  const { context } = parts;
  const app = new Hono<PortalEnv>();
  app.use(securityHeaders);
  app.get('/assets/:name', (c) => {
    const found = Object.hasOwn(assets, c.req.param('name')) ? assets[c.req.param('name')] : undefined;
    if (!found) return c.notFound();
    return c.body(found.text, 200, { 'Content-Type': found.type, 'Cache-Control': 'max-age=300' });
  });
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: (c) => refuseRequest(c, context, refuse('body-too-large'), 'That’s too much'),
    }),
  );
  app.use(sessionAndCsrf(parts));
  app.get('/', (c) => c.redirect('/security-info', 303));
  app.route('/', signInRoutes(parts));
  app.route('/', securityInfoRoutes(parts));
  app.route('/', apiRoutes(parts));
  app.route('/', adminRoutes(parts));
  app.notFound((c) => refuseRequest(c, context, refuse('not-found'), 'There is no such page'));
  return app;
}
