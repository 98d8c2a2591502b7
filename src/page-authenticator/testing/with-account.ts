/** Fixtures of a user's own project, merged with those of `touchstone/playwright`. */
import { mergeTests, test as plainTest } from '@playwright/test';
import { test as passkeyTest } from '../fixtures.ts';
import { accountUrl, serveAccountPage } from './account-page.ts';

const withAccount = plainTest.extend<{ openAccount(options?: { userVerification?: string }): Promise<void> }>({
  openAccount: async ({ context, page }, use) => {
    await use(async (options) => {
      await serveAccountPage(context, options);
      await page.goto(accountUrl);
    });
  },
});

export const test = mergeTests(withAccount, passkeyTest);
