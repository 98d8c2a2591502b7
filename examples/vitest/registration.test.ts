/** Registers passkeys on a server in one process: an emulated key and a WebAuthn client, without a browser. */
import { generateRegistrationOptions, verifyRegistrationResponse } from '@simplewebauthn/server';
import {
  autoApproveUser,
  type ClientContext,
  create,
  createAuthenticator,
  fixedAuthenticators,
  plugIn,
  systemClock,
  systemRandom,
} from 'touchstone';
import { expect, test } from 'vitest';

const origin = 'https://example.com';

/** Returns a client whose user has a YubiKey and knows its PIN. */
function createClient(defects: Parameters<typeof createAuthenticator>[0]['defects'] = []): ClientContext {
  const device = plugIn(createAuthenticator({ persona: 'yubikey-5-nfc', pin: '1234', defects }));
  return {
    origin,
    authenticators: fixedAuthenticators({ id: 'key', kind: 'security-key', label: 'YubiKey', device }),
    user: autoApproveUser({ pin: '1234' }),
    clock: systemClock,
    random: systemRandom,
    policy: { checks: 'none' }, // the server has to find what is wrong
  };
}

/** The code under test: replace it by that of your server. */
async function register(client: ClientContext) {
  const options = await generateRegistrationOptions({
    rpName: 'Example',
    rpID: 'example.com',
    userName: 'adele',
    attestationType: 'direct',
    authenticatorSelection: { userVerification: 'required' },
  });
  const response = await create(options as Parameters<typeof create>[0], client);
  return await verifyRegistrationResponse({
    response: response as Parameters<typeof verifyRegistrationResponse>[0]['response'],
    expectedChallenge: options.challenge,
    expectedOrigin: origin,
    expectedRPID: 'example.com',
    requireUserVerification: true,
  });
}

test('accepts a passkey of a YubiKey', async () => {
  const { verified, registrationInfo } = await register(createClient());
  expect([verified, registrationInfo?.fmt, registrationInfo?.userVerified]).toEqual([true, 'packed', true]);
});

test('refuses a key that signs for another relying party', async () => {
  await expect(register(createClient(['authdata.rp-id-hash-other']))).rejects.toThrow(/RP ID/);
});
