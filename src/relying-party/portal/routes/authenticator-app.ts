/** Routes: setting up and deleting the authenticator app. */
import { Hono } from 'hono';
import { formatTotpUri } from '../../methods/totp.ts';
import type { Refused } from '../../refusals.ts';
import { requireCaller, sanitizePath, showPage, startSession, statusOf } from '../http.ts';
import { confirmDeletionPage, totpPage } from '../pages/security-info-pages.ts';
import type { PortalContext, PortalEnv, PortalServices } from '../portal-env.ts';
import { renderQrCode } from '../qr-code.ts';
import { readFormText } from '../request-body.ts';
import { requireMfa } from './require-mfa.ts';

const section = 'security-info';
const path = '/security-info/authenticator-app';

export function authenticatorAppRoutes(services: PortalServices): Hono<PortalEnv> {
  const { context, signIn } = services;
  const routes = new Hono<PortalEnv>();
  routes.use(path, requireMfa(services));
  routes.use(`${path}/*`, requireMfa(services));

  async function showSetUp(c: PortalContext, next: string, refused?: Refused) {
    const caller = requireCaller(c);
    const secret = await signIn.startTotpSetUp(caller);
    const qrCode = await renderQrCode(formatTotpUri(secret, context.rpName, caller.user.name));
    const body = totpPage({ csrf: c.get('csrf'), next, secret, qrCode, refused });
    return showPage(c, context, {
      title: 'Set up your authenticator app',
      section,
      body,
      status: statusOf(refused),
    });
  }

  routes.get(path, (c) => showSetUp(c, sanitizePath(c.req.query('next'))));
  routes.post(path, async (c) => {
    const next = sanitizePath(readFormText(c, 'next'));
    const outcome = await signIn.confirmTotp(requireCaller(c), readFormText(c, 'code'));
    if (!outcome.accepted) return showSetUp(c, next, outcome);
    startSession(c, outcome);
    return c.redirect(next === '/security-info' ? '/security-info?done=app-added' : next, 303);
  });

  routes.get(`${path}/remove`, (c) => {
    const body = confirmDeletionPage({
      csrf: c.get('csrf'),
      action: `${path}/remove`,
      name: 'Authenticator app',
      consequence: 'You will need another method to verify that it’s you.',
    });
    return showPage(c, context, { title: 'Delete authenticator app', section, body });
  });
  routes.post(`${path}/remove`, async (c) => {
    await signIn.removeTotp(requireCaller(c));
    return c.redirect('/security-info?done=app-deleted', 303);
  });

  return routes;
}
