import { expect, test } from 'touchstone/playwright';

test('registers a passkey', async ({ page, securityKey }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(securityKey).toHaveRegisteredPasskey({ rpId: 'localhost', userVerified: true, fmt: 'packed' });
  await expect(page.getByRole('status')).toHaveText('Passkey saved');
});

test.describe('a user who types a wrong PIN', () => {
  test.use({ passkeyDialogOptions: { prepared: { pin: ['0000', '246810'] } } });

  test('gets another chance', async ({ page, securityKey, passkeyDialog }) => {
    await page.goto('/');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await expect(page.getByRole('status')).toHaveText('Passkey saved');
    expect(passkeyDialog.asked.map(({ kind }) => kind)).toEqual(['pin', 'pin', 'review']);
    expect(securityKey.inspect().pinRetries).toBe(8);
  });
});
