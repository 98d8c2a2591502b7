/** Runs in Playwright Test, started by `fixtures.test.ts`: what a user's own tests do with the fixtures. */
import { attachAuthenticator } from '../attach-authenticator.ts';
import { expect } from '../matchers.ts';
import { accountUrl, serveAccountPage } from './account-page.ts';
import { test } from './with-account.ts';

const messageOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'it passed',
    (error: Error) => error.message,
  );

test('registers a passkey and signs in with it', { tag: '@every-engine' }, async ({
  page,
  openAccount,
  securityKey,
  passkeyDialog,
}) => {
  await openAccount();
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(securityKey).toHaveRegisteredPasskey({ rpId: 'shop.example', userVerified: true, fmt: 'packed' });
  await expect(passkeyDialog).toHaveBeenAskedFor('pin');
  expect(securityKey.credentials()).toMatchObject([{ rpId: 'shop.example', userName: 'adele' }]);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.locator('output')).toHaveText(`done ${securityKey.registrations[0]?.credentialId}`);
});

test('expectations that are not met report what happened', async ({
  page,
  openAccount,
  securityKey,
  passkeyDialog,
}) => {
  await openAccount();
  const soon = { timeout: 200 };
  expect(await messageOf(expect(securityKey).toHaveRegisteredPasskey({}, soon))).toContain(
    'No page has called navigator.credentials.create() or get()',
  );
  await expect(securityKey).not.toHaveRegisteredPasskey();
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(securityKey).toHaveRegisteredPasskey();
  expect(await messageOf(expect(securityKey).toHaveRegisteredPasskey({ fmt: 'none' }, soon))).toContain(
    'A registered passkey has fmt "packed" instead of "none"',
  );
  expect(await messageOf(expect(securityKey).not.toHaveRegisteredPasskey())).toContain('Expected not a passkey');
  expect(await messageOf(expect(passkeyDialog).toHaveBeenAskedFor('account', soon))).toContain(
    'The dialog has asked for: pin',
  );
});

test('an address without WebAuthn is named', async ({ page, context, securityKey }) => {
  await serveAccountPage(context, { url: 'http://shop.example/account' });
  await page.goto('http://shop.example/account');
  expect(await messageOf(expect(securityKey).toHaveRegisteredPasskey({}, { timeout: 200 }))).toContain(
    'http://shop.example/account is not a secure context, so it has no WebAuthn. Use https, or http on localhost',
  );
});

test('a key of another test has the passkeys of a state file', async ({
  page,
  openAccount,
  securityKey,
  browser,
}, testInfo) => {
  await openAccount();
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(securityKey).toHaveRegisteredPasskey();
  const path = testInfo.outputPath('state/key.json');
  securityKey.saveState({ path });
  const context = await browser.newContext();
  await serveAccountPage(context);
  const other = await context.newPage();
  await using attached = await attachAuthenticator(other, { key: { state: path } });
  await other.goto(accountUrl);
  await other.getByRole('button', { name: 'Sign in' }).click();
  await expect(other.locator('output')).toHaveText(`done ${securityKey.registrations[0]?.credentialId}`);
  expect(attached.transcript()).toMatchObject({ ceremonies: [{ call: 'get', rpId: 'shop.example' }] });
});

test('of two keys, the one that is plugged in registers', async ({
  page,
  openAccount,
  securityKey,
  attachedAuthenticator,
}) => {
  const second = attachedAuthenticator.addKey({ persona: 'touchstone-key', pin: '4711' });
  securityKey.unplug();
  await openAccount();
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(second).toHaveRegisteredPasskey({ userVerified: true });
  await expect(securityKey).not.toHaveRegisteredPasskey();
});

test('the report has transcript and timings', async ({ page, openAccount, securityKey }) => {
  await openAccount();
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(securityKey).toHaveRegisteredPasskey();
});
