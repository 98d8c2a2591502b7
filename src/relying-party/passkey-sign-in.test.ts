import { describe, expect, it } from 'vitest';
import { concat, toBase64url, utf8 } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { encodeAuthenticatorData, flag } from '#protocol/authenticator-data.ts';
import { generateSigningKey, type SigningKey, sha256 } from '#protocol/crypto.ts';
import type { Reason } from './refusals.ts';
import {
  createTestPortal,
  expectAccepted,
  registerPasskey,
  type TestPortal,
  testOrigin,
} from './testing/test-portal.ts';
import { testAaguid, testKey } from './verification/testing/registration.ts';

interface AssertionParts {
  credentialId: string;
  userHandle: string;
  challenge: string;
  clientData?: Record<string, unknown>;
  /** Put before the client data. */
  prefix?: string;
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
  prefix = '',
  rpId = 'localhost',
  flags,
  signCount = 0,
  key = testKey,
}: AssertionParts) {
  const members = { type: 'webauthn.get', challenge, origin: testOrigin, crossOrigin: false, ...clientData };
  const clientDataJSON = utf8(prefix + JSON.stringify(members));
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

async function createPortalWithPasskey(): Promise<TestPortal & { credentialId: string }> {
  const portal = await createTestPortal();
  const { response } = await registerPasskey(portal);
  return { ...portal, credentialId: response.id };
}

const owner = 'visitor';
async function signInWith(portal: TestPortal & { credentialId: string }, parts: Partial<AssertionParts> = {}) {
  const { challenge } = await portal.relyingParty.requestOptions(owner);
  const response = makeAssertion({
    challenge,
    credentialId: portal.credentialId,
    userHandle: portal.user.id,
    ...parts,
  });
  return portal.relyingParty.authenticate(owner, response);
}

describe('sign-in with a passkey', () => {
  it('returns the user, and stores the counter and the time of use', async () => {
    const portal = await createPortalWithPasskey();
    expect(await signInWith(portal, { signCount: 5 })).toMatchObject({
      accepted: true,
      user: { name: portal.user.name },
    });
    expect(await portal.directory.passkeys(portal.user)).toMatchObject([
      { signCount: 5, lastUsedAt: expect.any(Number) },
    ]);
    expect(portal.codes.at(-1)).toBe('signin.passkey.ok');
  });

  it('accepts client data with one leading byte order mark, and refuses two', async () => {
    const portal = await createPortalWithPasskey();
    expect(await signInWith(portal, { prefix: '\ufeff' })).toMatchObject({ accepted: true });
    expect(await signInWith(portal, { prefix: '\ufeff\ufeff' })).toMatchObject({ reason: 'client-data-invalid' });
  });

  const invalid: Record<string, [Reason, Partial<AssertionParts>]> = {
    'signed with another key': ['signature-invalid', { key: generateSigningKey('ES256', systemRandom) }],
    'with an unknown credential': ['credential-unknown', { credentialId: 'AAAA' }],
    'with another user’s handle': ['credential-unknown', { userHandle: 'AAAA' }],
    'with the type of a registration': ['type-mismatch', { clientData: { type: 'webauthn.create' } }],
    'from another origin': ['origin-mismatch', { clientData: { origin: 'http://evil.test' } }],
    'made in an embedded page': ['cross-origin', { clientData: { crossOrigin: true } }],
    'for another RP ID': ['rp-id-mismatch', { rpId: 'example.org' }],
    'without user presence': ['user-presence-missing', { flags: flag.UV }],
    'without user verification': ['user-verification-missing', { flags: flag.UP }],
    'of a credential that became eligible for backup': ['backup-state-invalid', { flags: flag.UP | flag.UV | flag.BE }],
    'with a challenge that was not issued': ['challenge-mismatch', { challenge: 'AAAA' }],
  };
  it.each(Object.entries(invalid))('refuses an assertion %s', async (_, [reason, parts]) => {
    const portal = await createPortalWithPasskey();
    expect(await signInWith(portal, parts)).toMatchObject({ accepted: false, reason });
    expect(await portal.details('signin.passkey.refused')).toMatchObject([{ reason }]);
  });

  it('refuses a counter that did not increase', async () => {
    const portal = await createPortalWithPasskey();
    expect(await signInWith(portal, { signCount: 5 })).toMatchObject({ accepted: true });
    expect(await signInWith(portal, { signCount: 5 })).toMatchObject({ reason: 'counter-went-back' });
    expect(await signInWith(portal, { signCount: 0 })).toMatchObject({ reason: 'counter-went-back' });
    expect(await signInWith(portal, { signCount: 6 })).toMatchObject({ accepted: true });
  });

  it('refuses a challenge that belongs to another visitor or to a registration, was used, or has expired', async () => {
    const portal = await createPortalWithPasskey();
    const { challenge } = await portal.relyingParty.requestOptions('other-visitor');
    expect(await signInWith(portal, { challenge })).toMatchObject({ reason: 'challenge-mismatch' });
    const caller = await portal.directory.openSession(portal.user, 'totp');
    const { options } = expectAccepted(await portal.relyingParty.creationOptions(caller));
    expect(await signInWith(portal, { challenge: options.challenge })).toMatchObject({
      reason: 'challenge-mismatch',
    });
    const old = await portal.relyingParty.requestOptions(owner);
    portal.clock.advance(5 * 60_000);
    expect(await signInWith(portal, { challenge: old.challenge })).toMatchObject({ reason: 'challenge-expired' });
    expect(await signInWith(portal, { challenge: old.challenge })).toMatchObject({ reason: 'challenge-mismatch' });
  });

  it('applies the key restrictions also to passkeys that were registered before', async () => {
    const portal = await createPortalWithPasskey();
    await portal.directory.setPolicy({ aaguids: { mode: 'deny', list: [testAaguid] } });
    expect(await signInWith(portal)).toMatchObject({ reason: 'aaguid-not-allowed' });
  });

  it('refuses a deleted passkey', async () => {
    const portal = await createPortalWithPasskey();
    const caller = await portal.directory.openSession(portal.user);
    const [passkey] = await portal.directory.passkeys(portal.user);
    await portal.relyingParty.deletePasskey(caller, passkey?.id ?? '');
    expect(await signInWith(portal)).toMatchObject({ reason: 'credential-unknown' });
  });

  it.each([undefined, {}, [], { id: 'AAAA' }])('refuses the body %j', async (body) => {
    const portal = await createTestPortal();
    expect(await portal.relyingParty.authenticate(owner, body)).toMatchObject({ reason: 'body-invalid' });
  });
});
