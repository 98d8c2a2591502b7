import { expect, it } from 'vitest';
import { AdjustableClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { openStore } from '../store/libsql-store.ts';
import { startPortal } from './portal.ts';

const start = (hasPartnerSite: boolean) =>
  startPortal({
    store: openStore(),
    clock: new AdjustableClock(),
    random: systemRandom,
    hasPartnerSite,
    passwordCost: { N: 2, r: 1, p: 1 },
  });
const partnerOf = (origin: string) => origin.replace('localhost', '127.0.0.1');

it('no page may show the portal in a frame, and there is no partner site', async () => {
  await using portal = await start(false);
  const page = await portal.request('/sign-in');
  expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(page.headers.get('set-cookie')).toContain('SameSite=Strict');
  expect((await portal.request('/partner')).status).toBe(404);
});

it('the partner site is another site, and delegates WebAuthn to the frame', async () => {
  await using portal = await start(true);
  const partner = partnerOf(portal.origin);
  const redirect = await portal.request('/partner?allow=none', { headers: { host: new URL(portal.origin).host } });
  expect(redirect.headers.get('location')).toBe(`${partner}/partner?allow=none`);
  const page = await fetch(`${partner}/partner`);
  expect(page.headers.get('permissions-policy')).toContain(`publickey-credentials-get=(self "${portal.origin}")`);
  expect(await page.text()).toContain(`src="${portal.origin}/sign-in" allow="publickey-credentials-get`);
});

it('only the partner site may show the portal, which gets its cookies there', async () => {
  await using portal = await start(true);
  const page = await portal.request('/sign-in');
  expect(page.headers.get('content-security-policy')).toContain(`frame-ancestors ${partnerOf(portal.origin)}`);
  expect(page.headers.get('set-cookie')).toMatch(/Secure.*SameSite=None|SameSite=None.*Secure/);
});
