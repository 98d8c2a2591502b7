import { expect, test } from 'touchstone/playwright';
import { signUp } from './account.ts';

test('adds a passkey', async ({ page, securityKey }) => {
  await signUp(page);
  await page.getByRole('button', { name: 'Add passkey' }).click();
  await expect(page.getByRole('status')).toHaveText('Passkey added');
  await expect(securityKey).toHaveRegisteredPasskey({ rpId: 'localhost', userVerified: true });
});
