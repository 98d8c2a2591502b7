/** Routes: the policy, which an authentication policy administrator can edit. */
import { Hono } from 'hono';
import { refusals } from '../../refusals.ts';
import { requireCaller, showPage } from '../http.ts';
import { type PolicyView, parsePolicyForm, policyPage } from '../pages/policy-page.ts';
import type { PortalContext, PortalEnv, PortalServices } from '../portal-env.ts';
import { hasRole, refuseAdministration } from './admin-role.ts';

export function adminPolicyRoutes({ context }: PortalServices): Hono<PortalEnv> {
  const routes = new Hono<PortalEnv>();
  const mayEdit = (c: PortalContext) => hasRole(c, 'authentication-policy-administrator');

  const showPolicy = (c: PortalContext, view: Pick<PolicyView, 'policy' | 'saved' | 'problems'>) =>
    showPage(c, context, {
      title: 'Policy',
      section: 'admin',
      width: 'wide',
      body: policyPage({ csrf: c.get('csrf'), mayEdit: mayEdit(c), ...view }),
      status: view.problems ? refusals['policy-invalid'].http : 200,
    });

  routes.get('/admin/policy', async (c) => showPolicy(c, { policy: await context.policy() }));

  routes.post('/admin/policy', async (c) => {
    if (!mayEdit(c)) return refuseAdministration(c, context);
    const policy = await context.policy();
    const parsed = parsePolicyForm(c.get('body').form, policy);
    if (!parsed.success) {
      const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
      return showPolicy(c, { policy, problems });
    }
    await context.store.transaction(async () => {
      await context.store.policy.put(parsed.data);
      await context.events.emit('policy.changed', undefined, { by: requireCaller(c).user.name });
    });
    return showPolicy(c, { policy: parsed.data, saved: true });
  });
  return routes;
}
