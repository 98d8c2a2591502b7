/** Routes: changing the name that is shown for the user. */
import { Hono } from 'hono';
import type { Refused } from '../../refusals.ts';
import { requireCaller, showPage, statusOf } from '../http.ts';
import { changeNamePage } from '../pages/passkey-pages.ts';
import type { PortalContext, PortalEnv, PortalServices } from '../portal-env.ts';
import { readFormText } from '../request-body.ts';

const path = '/security-info/name';

export function nameRoutes({ context, relyingParty }: PortalServices): Hono<PortalEnv> {
  const routes = new Hono<PortalEnv>();
  const showForm = (c: PortalContext, name: string, refused?: Refused) =>
    showPage(c, context, {
      title: 'Change your name',
      section: 'security-info',
      body: changeNamePage(c.get('csrf'), name, refused),
      status: statusOf(refused),
    });

  routes.get(path, (c) => showForm(c, requireCaller(c).user.displayName));
  routes.post(path, async (c) => {
    const name = readFormText(c, 'name');
    const outcome = await relyingParty.changeDisplayName(requireCaller(c), name);
    return outcome.accepted ? c.redirect('/security-info?done=name-changed', 303) : showForm(c, name, outcome);
  });
  return routes;
}
