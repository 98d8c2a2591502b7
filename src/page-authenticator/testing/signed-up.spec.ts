/** A project that depends on `set-up`: its option `state` names the file. */
import { test } from '../fixtures.ts';
import { expect } from '../matchers.ts';
import { accountUrl, serveAccountPage } from './account-page.ts';

test('signs in with the passkey of the set-up project', async ({ context, page, securityKey }) => {
  await serveAccountPage(context);
  await page.goto(accountUrl);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.locator('output')).toHaveText(`done ${securityKey.credentials()[0]?.credentialId}`);
});
