/**
 * The public entry point `touchstone/playwright`: emulated security keys for tests of web sites with Playwright. `test` has the
 * fixtures `securityKey`, `passkeyDialog` and `attachedAuthenticator`; `expect` has the matchers `toHaveRegisteredPasskey` and
 * `toHaveBeenAskedFor`. `attachAuthenticator` works without the test runner.
 *
 * ```ts
 * test('registers a passkey', async ({ page, securityKey }) => {
 *   await page.goto('/account');
 *   await page.getByRole('button', { name: 'Add a passkey' }).click();
 *   await expect(securityKey).toHaveRegisteredPasskey({ userVerified: true });
 *   await expect(page.getByText('Passkey added')).toBeVisible();
 * });
 * ```
 */
export {
  type AttachedAuthenticator,
  type AttachOptions,
  attachAuthenticator,
} from '#page-authenticator/attach-authenticator.ts';
export { type PasskeyFixtures, type PasskeyOptions, test } from '#page-authenticator/fixtures.ts';
export { expect, type PasskeyMatchers } from '#page-authenticator/matchers.ts';
export type {
  AskedQuestion,
  PasskeyDialog,
  PasskeyDialogOptions,
  PreparedAnswers,
} from '#page-authenticator/passkey-dialog.ts';
export type { RegisteredPasskey } from '#page-authenticator/registered-passkey.ts';
export type { SecurityKey, SecurityKeyOptions, StoredPasskey } from '#page-authenticator/security-key.ts';
export type { TouchPolicy } from '#page-authenticator/user-gestures.ts';
