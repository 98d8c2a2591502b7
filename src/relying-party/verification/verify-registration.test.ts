import { describe, expect, it } from 'vitest';
import { concat, toBase64url, utf8 } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { flag } from '#protocol/authenticator-data.ts';
import { type CborMap, type CborValue, encode } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { generateSigningKey, sha256 } from '#protocol/crypto.ts';
import type { Reason } from '../refusals.ts';
import { challenge, expectations, itRefuses, verify } from './testing/refused-cases.ts';
import { makeRegistration, type RegistrationParts, selfAttester, testAaguid, testKey } from './testing/registration.ts';
import { verifyRegistration } from './verify-registration.ts';

/** The attestation object with members replaced. */
const withMember = (name: string | number, value: CborValue | undefined) => (bytes: Uint8Array) => {
  const map = new Map(decode(bytes) as CborMap);
  value === undefined ? map.delete(name) : map.set(name, value);
  return encode(map);
};

describe('verifyRegistration', () => {
  it('accepts attestation none and returns the credential record', async () => {
    const credentialId = systemRandom.bytes(16);
    expect(await verify({ credentialId })).toEqual({
      accepted: true,
      credential: {
        credentialId: toBase64url(credentialId),
        publicKey: toBase64url(encode(testKey.publicKey)),
        algorithm: -7,
        signCount: 0,
        aaguid: testAaguid,
        attestation: { fmt: 'none', type: 'none', chain: 'none' },
        kind: 'security-key',
        transports: ['nfc', 'usb'],
        userVerified: true,
        backupEligible: false,
        backedUp: false,
        discoverable: true,
      },
    });
  });

  const ed25519 = generateSigningKey('EdDSA', systemRandom);
  const accepted: Record<string, Partial<RegistrationParts>> = {
    'packed self attestation, ES256': { attester: selfAttester() },
    'packed self attestation, EdDSA': { attester: selfAttester(ed25519), publicKey: ed25519.publicKey },
    'a credential id of 1023 bytes': { credentialId: systemRandom.bytes(1023) },
    'an unknown member of the client data': { clientData: { other_keys_can_be_added_here: 'x' } },
    'client data without crossOrigin': { clientData: { crossOrigin: undefined } },
    'a backed up synced passkey': { flags: flag.UP | flag.UV | flag.BE | flag.BS, attachment: 'platform' },
    'an extension output that was not requested': { extensions: new Map([['credProtect', 3]]) },
    'an unknown transport': { transports: ['usb', 'telepathy'] },
  };
  it.each(Object.entries(accepted))('accepts %s', async (_, parts) => {
    expect(await verify(parts)).toMatchObject({ accepted: true });
  });

  it('accepts a credential without user verification if user verification is preferred', async () => {
    expect(await verify({ flags: flag.UP }, { userVerification: 'preferred' })).toMatchObject({
      credential: { userVerified: false },
    });
  });
});

describe('client data (steps 5 to 11)', () => {
  const fromText = (text: string) => ({ clientDataBytes: utf8(text) });
  const validMembers = `"type":"webauthn.create","challenge":"${challenge}","origin":"http://localhost:1234"`;
  itRefuses({
    'with two byte order marks': ['client-data-invalid', fromText(`\ufeff\ufeff{${validMembers}}`)],
    'with a byte order mark after the first character': ['client-data-invalid', fromText(`{\ufeff${validMembers}}`)],
    'with the byte order mark of UTF-16': [
      'client-data-invalid',
      { clientDataBytes: Uint8Array.from(Buffer.from(`\ufeff{${validMembers}}`, 'utf16le')) },
    ],
    'with malformed UTF-8 outside a text': [
      'client-data-invalid',
      { clientDataBytes: concat(utf8(`{${validMembers}`), Uint8Array.of(0xff), utf8('}')) },
    ],
    'with malformed UTF-8 in the origin': [
      'origin-mismatch',
      {
        clientDataBytes: concat(
          utf8(`{"type":"webauthn.create","challenge":"${challenge}","origin":"http://localhost:1234`),
          Uint8Array.of(0xff),
          utf8('"}'),
        ),
      },
    ],
    'if it is not JSON': ['client-data-invalid', fromText(`{${validMembers}`)],
    'if it is a list': ['client-data-invalid', fromText(`[{${validMembers}}]`)],
    'with a duplicate member': ['client-data-invalid', fromText(`{${validMembers},"origin":"http://localhost:1234"}`)],
    'with a duplicate member that is escaped differently': [
      'client-data-invalid',
      fromText(`{${validMembers},"or\\u0069gin":"http://localhost:1234"}`),
    ],
    'with trailing data': ['client-data-invalid', fromText(`{${validMembers}}{}`)],
    'if challenge is not text': ['client-data-invalid', { clientData: { challenge: 1 } }],
    'if crossOrigin is not boolean': ['client-data-invalid', { clientData: { crossOrigin: 'false' } }],
    'if topOrigin is not text': ['client-data-invalid', { clientData: { topOrigin: 1 } }],
    'with a token binding': ['client-data-invalid', { clientData: { tokenBinding: { status: 'present', id: 'x' } } }],
    'with the type of an assertion': ['type-mismatch', { clientData: { type: 'webauthn.get' } }],
    'with a type in the wrong case': ['type-mismatch', { clientData: { type: 'WebAuthn.create' } }],
    'with another challenge': ['challenge-mismatch', { challenge: toBase64url(systemRandom.bytes(32)) }],
    'with another port in the origin': ['origin-mismatch', { origin: 'http://localhost:1235' }],
    'with another scheme in the origin': ['origin-mismatch', { origin: 'https://localhost:1234' }],
    'with a trailing slash in the origin': ['origin-mismatch', { origin: 'http://localhost:1234/' }],
    'from an embedded page': ['cross-origin', { clientData: { crossOrigin: true } }],
    'with a top origin': ['cross-origin', { clientData: { topOrigin: 'https://evil.test' } }],
  });

  const decoded: Record<string, Uint8Array> = {
    'one leading byte order mark': utf8(`\ufeff{${validMembers}}`),
    'malformed UTF-8 in a member that is not used': concat(
      utf8(`{${validMembers},"x":"`),
      Uint8Array.of(0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80),
      utf8('"}'),
    ),
  };
  it.each(Object.entries(decoded))(
    'accepts %s, as UTF-8 decode does, and hashes the bytes as sent',
    async (_, bytes) => {
      expect(await verify({ clientDataBytes: bytes, attester: selfAttester() })).toMatchObject({ accepted: true });
    },
  );

  it('refuses a signature over the client data without its byte order mark', async () => {
    const text = `{${validMembers}}`;
    const signedWithoutMark = {
      alg: -7,
      sign: (data: Uint8Array) => testKey.sign(concat(data.subarray(0, -32), sha256(text))),
    };
    expect(await verify({ ...fromText(`\ufeff${text}`), attester: signedWithoutMark })).toMatchObject({
      reason: 'attestation-invalid',
    });
  });

  it('accepts the same member name in different objects', async () => {
    expect(await verify(fromText(`{${validMembers},"a":{"type":1},"b":[{"type":2}]}`))).toMatchObject({
      accepted: true,
    });
  });
});

describe('attestation object (step 13)', () => {
  const invalid = 'attestation-object-invalid';
  itRefuses({
    'if it is truncated': [invalid, { attestationObject: (bytes) => bytes.subarray(0, -1) }],
    'with a trailing byte': [invalid, { attestationObject: (bytes) => concat(bytes, Uint8Array.of(0)) }],
    'if it is a list': [invalid, { attestationObject: () => encode([1]) }],
    'without fmt': [invalid, { attestationObject: withMember('fmt', undefined) }],
    'with bytes as fmt': [invalid, { attestationObject: withMember('fmt', utf8('none')) }],
    'without attStmt': [invalid, { attestationObject: withMember('attStmt', undefined) }],
    'with a list as attStmt': [invalid, { attestationObject: withMember('attStmt', []) }],
    'with text as authData': [invalid, { attestationObject: withMember('authData', 'x') }],
    'with an additional member': [invalid, { attestationObject: withMember('extra', 1) }],
    'with an indefinite length': [
      invalid,
      { attestationObject: (bytes) => concat(Uint8Array.of(0xbf), bytes.subarray(1), Uint8Array.of(0xff)) },
    ],
    'with CTAP’s integer keys': [
      invalid,
      {
        attestationObject: (bytes) =>
          encode(new Map([...(decode(bytes) as CborMap).values()].map((value, index) => [index + 1, value]))),
      },
    ],
    'with an unknown format': ['attestation-format-unknown', { fmt: 'packedd' }],
    'with format none and a statement that is not empty': [
      'attestation-invalid',
      { attStmt: () => new Map([['sig', new Uint8Array(8)]]) },
    ],
  });
});

describe('authenticator data (steps 14 to 19)', () => {
  itRefuses({
    'for another RP ID': ['rp-id-mismatch', { rpId: 'example.org' }],
    'without user presence': ['user-presence-missing', { flags: flag.UV }],
    'without user verification': ['user-verification-missing', { flags: flag.UP }],
    'with BS set, but not BE': ['backup-state-invalid', { flags: flag.UP | flag.UV | flag.BS }],
    'if it is truncated': ['auth-data-invalid', { authData: (bytes) => bytes.subarray(0, 60) }],
    'without attested credential data': [
      'auth-data-invalid',
      { authData: (bytes) => concat(bytes.subarray(0, 32), Uint8Array.of(flag.UP | flag.UV), bytes.subarray(33, 37)) },
    ],
    'with a trailing byte': ['auth-data-invalid', { authData: (bytes) => concat(bytes, Uint8Array.of(0)) }],
    'with ED set, but no extensions': [
      'auth-data-invalid',
      {
        authData: (bytes) =>
          concat(bytes.subarray(0, 32), Uint8Array.of((bytes[32] ?? 0) | flag.ED), bytes.subarray(33)),
      },
    ],
    'with a credential id of 1024 bytes': ['credential-id-invalid', { credentialId: systemRandom.bytes(1024) }],
    'with a credential id of 15 bytes': ['credential-id-invalid', { credentialId: systemRandom.bytes(15) }],
  });
});

describe('packed self attestation (step 22)', () => {
  const set = (name: string, value: CborValue) => (statement: CborMap) => new Map(statement).set(name, value);
  const without = (name: string) => (statement: CborMap) => new Map([...statement].filter(([key]) => key !== name));
  const other = generateSigningKey('ES256', systemRandom);
  itRefuses({
    'with another alg': ['attestation-invalid', { attester: { ...selfAttester(), alg: -8 } }],
    'if it is signed with another key': ['attestation-invalid', { attester: selfAttester(other) }],
    'with a broken signature': [
      'attestation-invalid',
      { attester: selfAttester(), attStmt: set('sig', new Uint8Array(70)) },
    ],
    'without sig': ['attestation-invalid', { attester: selfAttester(), attStmt: without('sig') }],
    'without alg': ['attestation-invalid', { attester: selfAttester(), attStmt: without('alg') }],
    'with an empty x5c': ['attestation-invalid', { attester: selfAttester(), attStmt: set('x5c', []) }],
    'with text in x5c': ['attestation-invalid', { attester: selfAttester(), attStmt: set('x5c', ['certificate']) }],
    'with an additional member': ['attestation-invalid', { attester: selfAttester(), attStmt: set('ver', '2.0') }],
  });
});

describe('response members (steps 3, 4 and 25)', () => {
  const invalid: Record<string, [Reason, (valid: Record<string, unknown>) => unknown]> = {
    'an absent body': ['body-invalid', () => undefined],
    'a list': ['body-invalid', (valid) => [valid]],
    'a body without id': ['body-invalid', ({ id, ...rest }) => rest],
    'an id with padding': ['body-invalid', (valid) => ({ ...valid, id: `${String(valid.id)}=` })],
    'an id that is not canonical base64url': ['body-invalid', (valid) => ({ ...valid, id: 'AB', rawId: 'AB' })],
    'another type than public-key': ['body-invalid', (valid) => ({ ...valid, type: 'password' })],
    'a body without response': ['body-invalid', ({ response, ...rest }) => rest],
    'a body without extension results': ['body-invalid', ({ clientExtensionResults, ...rest }) => rest],
    'different id and rawId': ['credential-id-invalid', (valid) => ({ ...valid, rawId: 'AAAA' })],
    'an id that differs from the authenticator data': [
      'credential-id-invalid',
      (valid) => ({ ...valid, id: 'AAAA', rawId: 'AAAA' }),
    ],
    'credProps.rk that is not boolean': [
      'extensions-invalid',
      (valid) => ({ ...valid, clientExtensionResults: { credProps: { rk: 1 } } }),
    ],
  };
  it.each(Object.entries(invalid))('refuse %s', async (_, [reason, change]) => {
    const valid = await makeRegistration({ challenge });
    expect(await verifyRegistration(change({ ...valid }), expectations())).toMatchObject({ accepted: false, reason });
  });
});

describe('attestation trust (steps 23 and 24)', () => {
  it('is required if attestation is enforced: a credential without certificates is refused', async () => {
    const enforced = { attestation: 'enforced' } as const;
    expect(await verify({}, enforced)).toMatchObject({ reason: 'attestation-required' });
    expect(await verify({ attester: selfAttester() }, enforced)).toMatchObject({ reason: 'attestation-required' });
  });
});
