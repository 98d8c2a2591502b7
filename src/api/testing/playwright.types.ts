/** Type tests of `touchstone/playwright`: the compiler checks this file, nothing runs it. */
import { mergeExpects, mergeTests, test as plainTest } from '@playwright/test';
import type { Browser, BrowserContext, Page } from 'playwright';
import { expectTypeOf } from 'vitest';
import * as passkeys from '../playwright.ts';

const { expect, test } = passkeys;

test('the fixtures have their types', async ({ page, securityKey, passkeyDialog, attachedAuthenticator }) => {
  expectTypeOf(page).toEqualTypeOf<Page>();
  expectTypeOf(securityKey).toEqualTypeOf<passkeys.SecurityKey>();
  expectTypeOf(passkeyDialog).toEqualTypeOf<passkeys.PasskeyDialog>();
  expectTypeOf(attachedAuthenticator).toEqualTypeOf<passkeys.AttachedAuthenticator>();
  await expect(securityKey).toHaveRegisteredPasskey();
  await expect(securityKey).not.toHaveRegisteredPasskey({ rpId: 'localhost', fmt: 'packed' }, { timeout: 100 });
  await expect(passkeyDialog).toHaveBeenAskedFor('pin');
  await expect(page).toHaveTitle('Account');
  // @ts-expect-error: a registered passkey has no such property
  await expect(securityKey).toHaveRegisteredPasskey({ format: 'packed' });
  // @ts-expect-error: the dialog has no such question
  await expect(passkeyDialog).toHaveBeenAskedFor('password');
});

test.use({
  securityKeyOptions: { persona: 'solo', pin: null, touch: { afterMs: 300 }, defects: ['flags.up-missing'] },
});
test.use({ passkeyDialogOptions: { answers: 'manual', prepared: { pin: ['0000', null] }, profile: 'macos-safari' } });
// @ts-expect-error: there is no persona with this id
test.use({ securityKeyOptions: { persona: 'yubikey-6' } });

const merged = mergeTests(plainTest.extend<{ account: string }>({ account: 'adele' }), test);
merged('fixtures can be merged', ({ account, securityKey }) => {
  expectTypeOf(account).toEqualTypeOf<string>();
  mergeExpects(expect)(securityKey).toHaveRegisteredPasskey();
});

expectTypeOf(passkeys.attachAuthenticator).parameters.toEqualTypeOf<
  [target: Page | BrowserContext, options?: passkeys.AttachOptions]
>();
expectTypeOf(passkeys.attachAuthenticator).returns.resolves.toEqualTypeOf<passkeys.AttachedAuthenticator>();
// @ts-expect-error: a browser has no pages of its own
passkeys.attachAuthenticator({} as Browser);

expectTypeOf<passkeys.RegisteredPasskey>().toEqualTypeOf<{
  rpId: string;
  origin: string;
  userName: string;
  userDisplayName: string;
  userId: string;
  credentialId: string;
  fmt: string;
  userVerified: boolean;
  discoverable: boolean;
  aaguid: string;
  algorithm: number;
  transports: string[];
  backupEligible: boolean;
  backedUp: boolean;
}>();
expectTypeOf<passkeys.StoredPasskey>().toEqualTypeOf<{
  rpId: string;
  userId: string;
  userName: string | undefined;
  userDisplayName: string | undefined;
  credentialId: string;
}>();
expectTypeOf<keyof passkeys.SecurityKeyOptions>().toEqualTypeOf<
  | 'persona'
  | 'pin'
  | 'touch'
  | 'defects'
  | 'attestation'
  | 'algorithms'
  | 'fingerprints'
  | 'credentialCapacity'
  | 'seed'
  | 'state'
>();
expectTypeOf<passkeys.TouchPolicy>().toEqualTypeOf<'auto' | 'manual' | 'never' | { afterMs: number }>();
expectTypeOf<keyof passkeys.PreparedAnswers>().toEqualTypeOf<passkeys.AskedQuestion['kind']>();
expectTypeOf<passkeys.SecurityKey['exportState']>().returns.toExtend<passkeys.SecurityKeyOptions['state']>();
expectTypeOf<passkeys.SecurityKey['saveState']>().parameter(0).toEqualTypeOf<{ path: string }>();
expectTypeOf<passkeys.PasskeyDialog['answer']>().parameter(1).toEqualTypeOf<string | null>();
