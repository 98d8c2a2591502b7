/**
 * The registration of `scenarios/security-key.new-pin.yaml` as a Playwright user writes it by hand: the same clicks on the same portal, with the
 * virtual authenticator of Chromium (no PIN dialogue, no CTAP messages, no report). The peer of `npm run bench -- case`.
 */
import { expect, test } from '@playwright/test';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { quickScrypt } from '#relying-party/methods/secret-hash.ts';
import { startPortal } from '#relying-party/portal/portal.ts';
import { openStore } from '#relying-party/store/libsql-store.ts';

test('registers a security key after a Temporary Access Pass', async ({ page, context }) => {
  await using store = openStore();
  await using portal = await startPortal({
    store,
    clock: systemClock,
    random: systemRandom,
    passwordCost: quickScrypt,
  });
  const { origin, directory } = portal;
  const user = await directory.createUser({
    name: 'adele@contoso.test',
    displayName: 'Adele Vance',
    password: 'correct horse',
  });
  const issued = await directory.issueTap(user, {});
  if (!issued.accepted) throw new Error(`No Temporary Access Pass: ${issued.reason}`);
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'usb',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });

  await page.goto(`${origin}/security-info`);
  await page.getByLabel('User name').fill(user.name);
  await page.getByLabel('Password').fill('correct horse');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('link', { name: 'Add sign-in method' }).click();
  await page.getByRole('radio', { name: 'Passkey' }).click();
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByLabel('Temporary Access Pass').fill(issued.code);
  await page.getByRole('button', { name: 'Next' }).click();
  await expect(page.getByRole('heading', { name: 'Set up a passkey' })).toBeVisible();
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('Passkey name').fill('Desk key');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByText('Desk key')).toBeVisible();
});
