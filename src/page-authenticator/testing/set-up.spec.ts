/** A set-up project: registers a passkey and keeps it in a file, as `storageState` keeps cookies. */
import { test } from '../fixtures.ts';
import { expect } from '../matchers.ts';
import { accountUrl, serveAccountPage } from './account-page.ts';
import { keyFile } from './fixtures.config.ts';

test('registers the passkey of later tests', async ({ context, page, securityKey }) => {
  await serveAccountPage(context);
  await page.goto(accountUrl);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(securityKey).toHaveRegisteredPasskey();
  securityKey.saveState({ path: keyFile });
});
