/** Runs in Playwright Test, started by `fixtures.test.ts`: the options of the fixtures, and what a retry begins with. */
import { expect } from '../matchers.ts';
import { test } from './with-account.ts';

test.describe('with prepared answers', () => {
  test.use({ passkeyDialogOptions: { prepared: { pin: ['9999', '123456'], review: [null] } } });

  test('the PIN is wrong once, and the review is cancelled', { tag: '@every-engine' }, async ({
    page,
    openAccount,
    securityKey,
    passkeyDialog,
  }) => {
    await openAccount();
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await expect(page.locator('output')).toHaveText('NotAllowedError');
    expect(passkeyDialog.asked.map(({ kind }) => kind)).toEqual(['pin', 'pin', 'review']);
    await expect(securityKey).not.toHaveRegisteredPasskey();
  });
});

test.describe('with manual answers and touches', () => {
  test.use({ passkeyDialogOptions: { answers: 'manual', show: true }, securityKeyOptions: { touch: 'manual' } });

  test('the test answers the dialog and touches the key', { tag: '@every-engine' }, async ({
    page,
    openAccount,
    securityKey,
    passkeyDialog,
  }) => {
    await openAccount();
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await passkeyDialog.answer('pin', '123456');
    await expect(passkeyDialog).toHaveBeenAskedFor('presence');
    await expect(page.locator('touchstone-dialog')).toHaveCount(1);
    securityKey.touch();
    await passkeyDialog.answer('review', 'ok');
    await expect(securityKey).toHaveRegisteredPasskey();
  });
});

test.describe('with a key that has no PIN', () => {
  test.use({ securityKeyOptions: { pin: null, persona: 'solo' } });

  test('a new PIN is set', async ({ page, openAccount, securityKey }) => {
    await openAccount();
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await expect(securityKey).toHaveRegisteredPasskey({ userVerified: true });
    expect([securityKey.pin, securityKey.inspect().pin]).toEqual(['123456', 'set']);
  });
});

test.describe('with a defect, and without the checks of the client', () => {
  test.use({ securityKeyOptions: { defects: ['flags.up-missing'] }, passkeyDialogOptions: { checks: 'none' } });

  test('the site gets the response', async ({ page, openAccount, securityKey }) => {
    await openAccount();
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await expect(page.locator('output')).toHaveText(/^done/);
    await expect(securityKey).toHaveRegisteredPasskey();
  });
});

test.describe('with a defect', () => {
  test.use({ securityKeyOptions: { defects: ['flags.up-missing'] } });

  test('the client refuses the response as a browser does', async ({ page, openAccount, securityKey }) => {
    await openAccount();
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await expect(page.locator('output')).toHaveText('NotAllowedError');
    await expect(securityKey).not.toHaveRegisteredPasskey();
  });
});

test.describe('after a failure', () => {
  test.describe.configure({ retries: 1 });

  test('a retry begins with a new key', async ({ page, openAccount, securityKey, passkeyDialog }, { retry }) => {
    await openAccount();
    expect([securityKey.credentials(), passkeyDialog.asked]).toEqual([[], []]);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await expect(securityKey).toHaveRegisteredPasskey();
    expect(retry, 'the first attempt fails on purpose').toBe(1);
  });
});
