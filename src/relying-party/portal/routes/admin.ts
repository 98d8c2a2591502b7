/** Routes: the administration pages. Every administrator can open them; changing something needs the matching role. */
import { Hono } from 'hono';
import { requireCaller, requireSignIn, showPage } from '../http.ts';
import { logPage } from '../pages/log-page.ts';
import type { PortalEnv, PortalServices } from '../portal-env.ts';
import { adminPolicyRoutes } from './admin-policy.ts';
import { refuseAdministration } from './admin-role.ts';
import { adminUserRoutes } from './admin-users.ts';

export function adminRoutes(services: PortalServices): Hono<PortalEnv> {
  const { context, relyingParty } = services;
  const routes = new Hono<PortalEnv>();

  for (const path of ['/admin', '/admin/*'])
    routes.use(path, requireSignIn(context), async (c, next) => {
      if (requireCaller(c).user.roles.length === 0) return refuseAdministration(c, context);
      await relyingParty.cleanUpExpired();
      return next();
    });

  routes.route('/', adminUserRoutes(services));
  routes.route('/', adminPolicyRoutes(services));
  routes.get('/admin/log', async (c) => {
    const body = logPage(await context.events.list());
    return showPage(c, context, { title: 'Event log', section: 'admin', width: 'wide', body });
  });
  return routes;
}
