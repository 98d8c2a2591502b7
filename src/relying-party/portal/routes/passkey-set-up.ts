/** Routes: setting up a passkey (step S5), naming it (S8), and the page after it was added (S9). */
import { Hono } from 'hono';
import { defaultName } from '../../authenticator-models.ts';
import { type Refused, refuse } from '../../refusals.ts';
import { logRefusedRegistration } from '../../registration-log.ts';
import { refuseRequest, requireCaller, showPage, statusOf } from '../http.ts';
import { namePasskeyPage, passkeyDonePage, setUpPasskeyPage } from '../pages/passkey-pages.ts';
import type { PortalContext, PortalEnv, PortalServices } from '../portal-env.ts';
import { readFormText } from '../request-body.ts';
import { withPasskey } from './with-passkey.ts';

const couldNotSetUp = 'We couldn’t set up your passkey';
const section = 'security-info';
const path = '/security-info/passkey';

export function passkeySetUpRoutes(services: PortalServices): Hono<PortalEnv> {
  const { context, relyingParty } = services;
  const routes = new Hono<PortalEnv>();

  routes.get(path, async (c) => {
    const caller = requireCaller(c);
    const refused = await relyingParty.checkUser(caller);
    if (refused) {
      await logRefusedRegistration(context, caller, refused);
      return refuseRequest(c, context, refused, couldNotSetUp);
    }
    if (await relyingParty.checkMfa(caller)) return c.redirect(`/verify?next=${encodeURIComponent(path)}`, 303);
    const body = setUpPasskeyPage(await context.policy());
    return showPage(c, context, { title: 'Set up a passkey', section, script: 'passkey.js', body });
  });

  async function showNaming(c: PortalContext, name?: string, refused?: Refused) {
    const caller = requireCaller(c);
    const pending = await relyingParty.findPending(caller, c.req.param('id') ?? '');
    if (!pending) return refuseRequest(c, context, refuse('pending-gone'), couldNotSetUp);
    const { id, credential } = pending;
    const takenNames = (await relyingParty.listPasskeys(caller)).map((passkey) => passkey.name);
    const body = namePasskeyPage({
      csrf: c.get('csrf'),
      id,
      kind: credential.kind,
      name: name ?? defaultName(credential, takenNames),
      refused,
    });
    return showPage(c, context, { title: 'Name your passkey', section, body, status: statusOf(refused) });
  }

  routes.get(`${path}/:id/name`, (c) => showNaming(c));
  routes.post(`${path}/:id/name`, async (c) => {
    const name = readFormText(c, 'name');
    const outcome = await relyingParty.namePasskey(requireCaller(c), c.req.param('id'), name);
    if (outcome.accepted) return c.redirect(`${path}/${outcome.passkey.id}/done`, 303);
    if (outcome.reason === 'name-invalid') return showNaming(c, name, outcome);
    return refuseRequest(c, context, outcome, couldNotSetUp);
  });
  routes.post(`${path}/:id/abandon`, async (c) => {
    await relyingParty.abandonPending(requireCaller(c), c.req.param('id'));
    return c.redirect('/security-info', 303);
  });

  routes.get(
    `${path}/:id/done`,
    withPasskey(services, (c, passkey) =>
      showPage(c, context, { title: 'Passkey added', section, body: passkeyDonePage(passkey) }),
    ),
  );
  return routes;
}
