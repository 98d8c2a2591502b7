/** Routes: administration. Authentication Administrators issue passes, Authentication Policy Administrators edit the policy. */
import { Hono } from 'hono';
import { issueTap } from '../../methods/temporary-access-pass.ts';
import { refusals, refuse } from '../../refusals.ts';
import type { Role } from '../../store/store.ts';
import {
  callerOf,
  formText,
  type PortalContext,
  type PortalEnv,
  type PortalParts,
  refuseRequest,
  requireSignIn,
  show,
} from '../http.ts';
import { logPage, type UserView, userPage, usersPage } from '../pages/admin-pages.ts';
import { type Fields, policyOfForm, policyPage } from '../pages/policy-page.ts';

const section = 'admin';
const width = 'wide';

export function adminRoutes({ context, relyingParty }: PortalParts): Hono<PortalEnv> {
  const { store, clock } = context;
  const routes = new Hono<PortalEnv>();
  const has = (c: PortalContext, role: Role) => callerOf(c).user.roles.includes(role);
  const notAllowed = (c: PortalContext) =>
    refuseRequest(c, context, refuse('not-administrator'), 'You can’t see this page');

  for (const path of ['/admin', '/admin/*'])
    routes.use(path, requireSignIn(context), async (c, next) => {
      if (callerOf(c).user.roles.length === 0) return notAllowed(c);
      await relyingParty.sweep();
      return next();
    });

  routes.get('/admin', async (c) => {
    const users = await store.users.list();
    const rows = await Promise.all(
      users.map(async (user) => ({
        user,
        passkeys: (await store.passkeys.byUser(user.id)).length,
        orphans: (await store.pending.byUser(user.id)).length,
      })),
    );
    return show(c, context, { title: 'Users', section, width }, usersPage(rows));
  });

  async function showUser(c: PortalContext, more: Pick<UserView, 'issued' | 'refused'> = {}) {
    const user = await store.users.byId(c.req.param('id') ?? '');
    if (!user) return refuseRequest(c, context, refuse('not-found'), 'We couldn’t find that user');
    const body = userPage({
      csrf: c.get('csrf'),
      user,
      passkeys: await store.passkeys.byUser(user.id),
      pending: await store.pending.byUser(user.id),
      pass: await store.passes.byUser(user.id),
      policy: await context.policy(),
      mayIssue: has(c, 'authentication-administrator'),
      now: clock.now(),
      ...more,
    });
    return show(
      c,
      context,
      { title: user.displayName, section, width },
      body,
      more.refused ? refusals[more.refused.reason].http : 200,
    );
  }

  routes.get('/admin/users/:id', (c) => showUser(c));
  routes.post('/admin/users/:id/tap', async (c) => {
    if (!has(c, 'authentication-administrator')) return notAllowed(c);
    const user = await store.users.byId(c.req.param('id'));
    if (!user) return showUser(c);
    const request = {
      lifetimeMinutes: Number(await formText(c, 'lifetimeMinutes')),
      length: Number(await formText(c, 'length')),
      oneTime: (await formText(c, 'oneTime')) === 'yes',
    };
    const outcome = await issueTap(user, request, callerOf(c).user.name, await context.policy(), clock.now(), context);
    return showUser(c, outcome.accepted ? { issued: outcome } : { refused: outcome });
  });

  routes.get('/admin/policy', async (c) => {
    const view = {
      csrf: c.get('csrf'),
      policy: await context.policy(),
      mayEdit: has(c, 'authentication-policy-administrator'),
    };
    return show(c, context, { title: 'Policy', section, width }, policyPage(view));
  });
  routes.post('/admin/policy', async (c) => {
    if (!has(c, 'authentication-policy-administrator')) return notAllowed(c);
    const policy = await context.policy();
    const parsed = policyOfForm(await formFields(c), policy);
    const view = { csrf: c.get('csrf'), mayEdit: true };
    if (!parsed.success) {
      const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
      return show(
        c,
        context,
        { title: 'Policy', section, width },
        policyPage({ ...view, policy, problems }),
        refusals['policy-invalid'].http,
      );
    }
    await store.policy.put(parsed.data);
    await context.events.emit('policy.changed', undefined, { by: callerOf(c).user.name });
    return show(
      c,
      context,
      { title: 'Policy', section, width },
      policyPage({ ...view, policy: parsed.data, saved: true }),
    );
  });

  routes.get('/admin/log', async (c) =>
    show(c, context, { title: 'Event log', section, width }, logPage(await context.events.list())),
  );
  return routes;
}

async function formFields(c: PortalContext): Promise<Fields> {
  const body = await c.req.parseBody({ all: true });
  const texts = (value: unknown) => [value].flat().filter((item) => typeof item === 'string');
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, texts(value)]));
}
