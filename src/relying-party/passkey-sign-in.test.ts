import { describe, expect, it } from 'vitest';
import { concat, toBase64url, utf8 } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { encodeAuthenticatorData, flag } from '#protocol/authenticator-data.ts';
import { generateSigningKey, type SigningKey, sha256 } from '#protocol/crypto.ts';
import type { Reason } from './refusals.ts';
import { registerAs, type TestParty, testOrigin, testParty } from './testing/test-portal.ts';
import { testAaguid, testKey } from './verification/testing/registration.ts';

interface AssertionParts {
  credentialId: string;
  userHandle: string;
  challenge: string;
  clientData?: Record<string, unknown>;
  rpId?: string;
  flags?: number;
  signCount?: number;
  key?: SigningKey;
}

function makeAssertion({
  credentialId,
  userHandle,
  challenge,
  clientData,
  rpId = 'localhost',
  flags,
  signCount = 0,
  key = testKey,
}: AssertionParts) {
  const clientDataJSON = utf8(
    JSON.stringify({ type: 'webauthn.get', challenge, origin: testOrigin, crossOrigin: false, ...clientData }),
  );
  const authData = encodeAuthenticatorData({
    rpIdHash: sha256(rpId),
    flags: flags ?? flag.UP | flag.UV,
    signCount,
  });
  return {
    id: credentialId,
    rawId: credentialId,
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      clientDataJSON: toBase64url(clientDataJSON),
      authenticatorData: toBase64url(authData),
      signature: toBase64url(key.sign(concat(authData, sha256(clientDataJSON)))),
      userHandle,
    },
  };
}

async function withPasskey(): Promise<TestParty & { credentialId: string }> {
  const party = await testParty();
  const { caller, outcome, response } = await registerAs(party);
  if (!outcome.accepted || !('pending' in outcome) || !response) throw new Error('not accepted');
  await party.relyingParty.name(caller, outcome.pending.id, 'Desk key');
  return { ...party, credentialId: response.id };
}

const owner = 'visitor';
async function signInWith(party: TestParty & { credentialId: string }, parts: Partial<AssertionParts> = {}) {
  const { challenge } = await party.relyingParty.requestOptions(owner);
  const response = makeAssertion({ challenge, credentialId: party.credentialId, userHandle: party.user.id, ...parts });
  return party.relyingParty.authenticate(owner, response);
}

describe('sign-in with a passkey', () => {
  it('finds the user, and remembers counter and time', async () => {
    const party = await withPasskey();
    expect(await signInWith(party, { signCount: 5 })).toMatchObject({
      accepted: true,
      user: { name: party.user.name },
    });
    expect(await party.directory.passkeys(party.user)).toMatchObject([
      { signCount: 5, lastUsedAt: expect.any(Number) },
    ]);
    expect(party.codes.at(-1)).toBe('signin.passkey.ok');
  });

  const wrong: Record<string, [Reason, Partial<AssertionParts>]> = {
    'of another key': ['signature-invalid', { key: generateSigningKey('ES256', systemRandom) }],
    'with an unknown credential': ['credential-unknown', { credentialId: 'AAAA' }],
    'with another user’s handle': ['credential-unknown', { userHandle: 'AAAA' }],
    'of a registration': ['type-mismatch', { clientData: { type: 'webauthn.create' } }],
    'from another origin': ['origin-mismatch', { clientData: { origin: 'http://evil.test' } }],
    'made inside another page': ['cross-origin', { clientData: { crossOrigin: true } }],
    'for another site': ['rp-id-mismatch', { rpId: 'example.org' }],
    'without user presence': ['user-presence-missing', { flags: flag.UV }],
    'without user verification': ['user-verification-missing', { flags: flag.UP }],
    'of a credential that became eligible for backup': ['backup-state-invalid', { flags: flag.UP | flag.UV | flag.BE }],
    'with a challenge of nobody': ['challenge-mismatch', { challenge: 'AAAA' }],
  };
  it.each(Object.entries(wrong))('refuses one %s', async (_, [reason, parts]) => {
    const party = await withPasskey();
    expect(await signInWith(party, parts)).toMatchObject({ accepted: false, reason });
    expect(await party.details('signin.passkey.refused')).toMatchObject([{ reason }]);
  });

  it('refuses a counter that did not grow', async () => {
    const party = await withPasskey();
    expect(await signInWith(party, { signCount: 5 })).toMatchObject({ accepted: true });
    expect(await signInWith(party, { signCount: 5 })).toMatchObject({ reason: 'counter-went-back' });
    expect(await signInWith(party, { signCount: 0 })).toMatchObject({ reason: 'counter-went-back' });
    expect(await signInWith(party, { signCount: 6 })).toMatchObject({ accepted: true });
  });

  it('refuses a challenge of another visitor, of a registration, used or too old', async () => {
    const party = await withPasskey();
    const { challenge } = await party.relyingParty.requestOptions('somebody else');
    expect(await signInWith(party, { challenge })).toMatchObject({ reason: 'challenge-mismatch' });
    const given = await party.relyingParty.creationOptions(await party.directory.openSession(party.user, 'totp'));
    if (!given.accepted) throw new Error(given.reason);
    expect(await signInWith(party, { challenge: given.options.challenge })).toMatchObject({
      reason: 'challenge-mismatch',
    });
    const old = await party.relyingParty.requestOptions(owner);
    party.clock.advance(5 * 60_000);
    expect(await signInWith(party, { challenge: old.challenge })).toMatchObject({ reason: 'challenge-expired' });
    expect(await signInWith(party, { challenge: old.challenge })).toMatchObject({ reason: 'challenge-mismatch' });
  });

  it('holds the key restrictions, also for passkeys registered before them', async () => {
    const party = await withPasskey();
    await party.directory.setPolicy({ aaguids: { mode: 'deny', list: [testAaguid] } });
    expect(await signInWith(party)).toMatchObject({ reason: 'aaguid-not-allowed' });
  });

  it('is over when the passkey is deleted', async () => {
    const party = await withPasskey();
    const caller = await party.directory.openSession(party.user);
    const [passkey] = await party.directory.passkeys(party.user);
    await party.relyingParty.delete(caller, passkey!.id);
    expect(await signInWith(party)).toMatchObject({ reason: 'credential-unknown' });
  });

  it.each([undefined, {}, [], { id: 'AAAA' }])('refuses the body %j', async (body) => {
    const party = await testParty();
    expect(await party.relyingParty.authenticate(owner, body)).toMatchObject({ reason: 'body-invalid' });
  });
});
