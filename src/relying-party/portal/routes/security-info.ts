/** Routes: the Security info page and choosing a method to add (steps S1 and S2); includes the routes of each method. */
import { Hono } from 'hono';
import { requireCaller, requireSignIn, showPage } from '../http.ts';
import { chooseMethodPage, securityInfoPage } from '../pages/security-info-pages.ts';
import type { PortalEnv, PortalServices } from '../portal-env.ts';
import { readFormText } from '../request-body.ts';
import { authenticatorAppRoutes } from './authenticator-app.ts';
import { passkeyRoutes } from './passkey.ts';
import { passkeySetUpRoutes } from './passkey-set-up.ts';

const section = 'security-info';

/** Confirmations that the Security info page shows after a change, by the query parameter `done`. */
const confirmations: Readonly<Record<string, string>> = {
  renamed: 'Your passkey has its new name.',
  deleted: 'Your passkey is deleted. You can also remove it from your security key or device.',
  'app-added': 'Your authenticator app is set up.',
  'app-deleted': 'Your authenticator app is deleted.',
};

export function securityInfoRoutes(services: PortalServices): Hono<PortalEnv> {
  const { context, relyingParty } = services;
  const routes = new Hono<PortalEnv>();
  routes.use('/security-info/*', requireSignIn(context));
  routes.use('/security-info', requireSignIn(context));

  routes.get('/security-info', async (c) => {
    const caller = requireCaller(c);
    const confirmation = confirmations[c.req.query('done') ?? ''];
    const body = securityInfoPage(caller.user, await relyingParty.listPasskeys(caller), confirmation);
    return showPage(c, context, { title: 'Security info', section, width: 'wide', body });
  });

  routes.get('/security-info/add', (c) =>
    showPage(c, context, { title: 'Choose a method', section, body: chooseMethodPage(c.get('csrf')) }),
  );
  routes.post('/security-info/add', async (c) => {
    const method = readFormText(c, 'method');
    return c.redirect(method === 'totp' ? '/security-info/authenticator-app' : '/security-info/passkey', 303);
  });

  routes.route('/', authenticatorAppRoutes(services));
  routes.route('/', passkeySetUpRoutes(services));
  routes.route('/', passkeyRoutes(services));
  return routes;
}
