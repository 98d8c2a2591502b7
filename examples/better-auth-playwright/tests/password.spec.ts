import { expect, test } from '@playwright/test';
import { signUp } from './account.ts';

test('signs in with a password', async ({ page }) => {
  const { email, password } = await signUp(page);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByText(`Signed in as ${email}`)).toBeVisible();
});
