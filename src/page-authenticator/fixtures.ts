/**
 * Fixtures for Playwright Test: emulated security keys and the security dialog behind the pages of the test's own browser context.
 * They work in every project of the user, in Chromium, Firefox and WebKit, and with `mergeTests`.
 */
import { test as base } from '@playwright/test';
import { type AttachedAuthenticator, attachAuthenticator } from './attach-authenticator.ts';
import type { PasskeyDialog, PasskeyDialogOptions } from './passkey-dialog.ts';
import type { SecurityKey, SecurityKeyOptions } from './security-key.ts';

/** Options for `test.use()` and for `use` in the configuration. */
export interface PasskeyOptions {
  /** The key of each test. Default: a `yubikey-5-nfc` with the PIN `123456` that is touched at once. */
  securityKeyOptions: SecurityKeyOptions;
  /** The dialog of each test. Default: automatic answers in the dialog of Windows 11. */
  passkeyDialogOptions: PasskeyDialogOptions;
}

/** The fixtures of `test`. A test that uses one of them has emulated keys behind its pages. */
export interface PasskeyFixtures {
  /** The keys behind the pages of `context`; `addKey()` plugs in another one. */
  attachedAuthenticator: AttachedAuthenticator;
  /** The first key. */
  securityKey: SecurityKey;
  /** What the security dialog asks, and its answers. */
  passkeyDialog: PasskeyDialog;
}

/**
 * Playwright's `test` with the fixtures `PasskeyFixtures` and the options `PasskeyOptions`. Combine it with tests of your own with
 * `mergeTests`. The report of each test that uses the fixtures has the attachments `passkey-transcript` and `passkey-timings`.
 */
export const test = base.extend<PasskeyOptions & PasskeyFixtures>({
  securityKeyOptions: [{}, { option: true }],
  passkeyDialogOptions: [{}, { option: true }],
  attachedAuthenticator: async ({ context, browserName, securityKeyOptions, passkeyDialogOptions }, use, testInfo) => {
    const attached = await attachAuthenticator(context, {
      key: securityKeyOptions,
      dialog: passkeyDialogOptions,
      engine: browserName,
    });
    await use(attached);
    const transcript = JSON.stringify(attached.transcript(), null, 2);
    await testInfo.attach('passkey-transcript', { body: transcript, contentType: 'application/json' });
    await testInfo.attach('passkey-timings', { body: attached.timings(), contentType: 'text/plain' });
    await attached.detach();
  },
  securityKey: async ({ attachedAuthenticator }, use) => use(attachedAuthenticator.key),
  passkeyDialog: async ({ attachedAuthenticator }, use) => use(attachedAuthenticator.dialog),
});
