/** Routes: renaming and deleting a passkey. */
import { Hono } from 'hono';
import type { Refused } from '../../refusals.ts';
import type { Passkey } from '../../store/store.ts';
import { requireCaller, showPage, statusOf } from '../http.ts';
import { renamePasskeyPage } from '../pages/passkey-pages.ts';
import { confirmDeletionPage } from '../pages/security-info-pages.ts';
import type { PortalContext, PortalEnv, PortalServices } from '../portal-env.ts';
import { readFormText } from '../request-body.ts';
import { requireMfa } from './require-mfa.ts';
import { withPasskey } from './with-passkey.ts';

const section = 'security-info';
const path = '/security-info/passkey/:id';

export function passkeyRoutes(services: PortalServices): Hono<PortalEnv> {
  const { context, relyingParty } = services;
  const routes = new Hono<PortalEnv>();
  routes.use(`${path}/delete`, requireMfa(services));

  const showRename = (c: PortalContext, passkey: Pick<Passkey, 'id' | 'name'>, refused?: Refused) => {
    const body = renamePasskeyPage(c.get('csrf'), passkey, refused);
    return showPage(c, context, { title: 'Rename passkey', section, body, status: statusOf(refused) });
  };

  routes.get(
    `${path}/rename`,
    withPasskey(services, (c, passkey) => showRename(c, passkey)),
  );
  routes.post(
    `${path}/rename`,
    withPasskey(services, async (c, { id }) => {
      const name = readFormText(c, 'name');
      const outcome = await relyingParty.renamePasskey(requireCaller(c), id, name);
      return outcome.accepted ? c.redirect('/security-info?done=renamed', 303) : showRename(c, { id, name }, outcome);
    }),
  );

  routes.get(
    `${path}/delete`,
    withPasskey(services, (c, { id, name }) => {
      const body = confirmDeletionPage({
        csrf: c.get('csrf'),
        action: `/security-info/passkey/${id}/delete`,
        name,
        consequence: 'You won’t be able to sign in with it any more.',
      });
      return showPage(c, context, { title: 'Delete passkey', section, body });
    }),
  );
  routes.post(
    `${path}/delete`,
    withPasskey(services, async (c, { id }) => {
      await relyingParty.deletePasskey(requireCaller(c), id);
      return c.redirect('/security-info?done=deleted', 303);
    }),
  );
  return routes;
}
