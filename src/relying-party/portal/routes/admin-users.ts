/** Routes: the list of users, and one user, for whom an authentication administrator can issue a Temporary Access Pass. */
import { Hono } from 'hono';
import { issueTap } from '../../methods/temporary-access-pass.ts';
import { refuse } from '../../refusals.ts';
import { refuseRequest, requireCaller, showPage, statusOf } from '../http.ts';
import { type UserView, userPage, usersPage } from '../pages/user-pages.ts';
import type { PortalContext, PortalEnv, PortalServices } from '../portal-env.ts';
import { readFormText } from '../request-body.ts';
import { hasRole, refuseAdministration } from './admin-role.ts';

const layout = { section: 'admin', width: 'wide' } as const;

export function adminUserRoutes({ context }: PortalServices): Hono<PortalEnv> {
  const { store, clock } = context;
  const routes = new Hono<PortalEnv>();

  routes.get('/admin', async (c) => {
    const users = await store.users.list();
    const rows = await Promise.all(
      users.map(async (user) => ({
        user,
        passkeys: (await store.passkeys.byUser(user.id)).length,
        unnamed: (await store.pending.byUser(user.id)).length,
      })),
    );
    return showPage(c, context, { title: 'Users', ...layout, body: usersPage(rows) });
  });

  async function showUser(c: PortalContext, issuing: Pick<UserView, 'issued' | 'refused'> = {}) {
    const user = await store.users.byId(c.req.param('id') ?? '');
    if (!user) return refuseRequest(c, context, refuse('not-found'), 'We couldn’t find that user');
    const body = userPage({
      csrf: c.get('csrf'),
      user,
      passkeys: await store.passkeys.byUser(user.id),
      pending: await store.pending.byUser(user.id),
      pass: await store.passes.byUser(user.id),
      policy: await context.policy(),
      mayIssue: hasRole(c, 'authentication-administrator'),
      now: clock.now(),
      ...issuing,
    });
    return showPage(c, context, { title: user.displayName, ...layout, body, status: statusOf(issuing.refused) });
  }

  routes.get('/admin/users/:id', (c) => showUser(c));
  routes.post('/admin/users/:id/tap', async (c) => {
    if (!hasRole(c, 'authentication-administrator')) return refuseAdministration(c, context);
    const user = await store.users.byId(c.req.param('id'));
    if (!user) return showUser(c);
    const request = {
      lifetimeMinutes: Number(readFormText(c, 'lifetimeMinutes')),
      length: Number(readFormText(c, 'length')),
      oneTime: readFormText(c, 'oneTime') === 'yes',
    };
    const issuedBy = requireCaller(c).user.name;
    const outcome = await issueTap({ user, request, issuedBy, policy: await context.policy() }, context);
    return showUser(c, outcome.accepted ? { issued: outcome } : { refused: outcome });
  });
  return routes;
}
