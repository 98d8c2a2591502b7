/** An ECDSA signature has one valid encoding: statements and assertions with another encoding are refused, even if r and s are correct. */
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toBase64url, utf8 } from '#base/bytes.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { encodeAuthenticatorData, flag } from '#protocol/authenticator-data.ts';
import { encode } from '#protocol/cbor.ts';
import { coseAlgorithms } from '#protocol/cose.ts';
import { generateSigningKey, type SigningKey, sha256 } from '#protocol/crypto.ts';
import { integer, octetString, sequence, setOf } from '#protocol/der.ts';
import { readItems, readOne, tag } from './der-reader.ts';
import { findEcdsaEncodingProblem } from './ecdsa-encoding.ts';
import { makeRegistration, testAaguid } from './testing/registration.ts';
import { verifyAuthentication } from './verify-authentication.ts';
import { verifyRegistration } from './verify-registration.ts';

const [origin, rpId, challenge] = ['http://localhost:1234', 'localhost', toBase64url(utf8('sixteen bytes or more'))];
const credentialId = new Uint8Array(32).fill(7);
const algorithms = ['ES256', 'ES384', 'ES512', 'ES256K'] as const;
type Algorithm = (typeof algorithms)[number];
const keyFor = (algorithm: Algorithm) => generateSigningKey(algorithm, seededRandom(algorithm));

type Reencode = (signature: Uint8Array) => Uint8Array;
/** Encodes r and s, which stay correct, in another way. */
const reencoded =
  (write: (r: Uint8Array, s: Uint8Array) => Uint8Array): Reencode =>
  (signature) => {
    const [r, s] = readItems(readOne(signature, tag.sequence).content);
    return write(r?.content ?? zero, s?.content ?? zero);
  };
const raw = (identifier: number, content: Uint8Array) => concat(Uint8Array.of(identifier, content.length), content);
const zero = Uint8Array.of(0);

/** Invalid encodings, each with a pattern of the reported problem. */
const invalidEncodings: Record<string, readonly [Reencode, RegExp]> = {
  'a trailing byte': [(bytes) => concat(bytes, zero), /bytes follow/],
  'a trailing byte in the sequence': [reencoded((r, s) => sequence(integer(r), integer(s), zero)), /der\.truncated/],
  'a third number': [reencoded((r, s) => sequence(integer(r), integer(s), integer(1))), /r and s only/],
  'one number': [reencoded((r) => sequence(integer(r))), /r and s only/],
  'an unnecessarily long length': [longer, /shortest form/],
  'an unnecessarily long length of r': [
    reencoded((r, s) => sequence(concat(Uint8Array.of(tag.integer, 0x81, r.length), r), integer(s))),
    /shortest form/,
  ],
  'an indefinite length': [
    (bytes) => concat(Uint8Array.of(0x30, 0x80), readOne(bytes, tag.sequence).content, Uint8Array.of(0, 0)),
    /indefinite/,
  ],
  'an unnecessary zero before r': [
    reencoded((r, s) => sequence(raw(tag.integer, concat(zero, r)), integer(s))),
    /r .*leading zero/,
  ],
  'an unnecessary zero before s': [
    reencoded((r, s) => sequence(integer(r), raw(tag.integer, concat(zero, s)))),
    /s .*leading zero/,
  ],
  'a negative s': [reencoded((r) => sequence(integer(r), raw(tag.integer, Uint8Array.of(0x80, 1)))), /s .*negative/],
  'r of zero': [reencoded((_r, s) => sequence(integer(0), integer(s))), /r .*zero/],
  'r without octets': [reencoded((_r, s) => sequence(raw(tag.integer, new Uint8Array()), integer(s))), /INTEGER/],
  'a set': [reencoded((r, s) => setOf(integer(r), integer(s))), /expected tag 0x30/],
  'octet strings': [reencoded((r, s) => sequence(octetString(r), octetString(s))), /INTEGER/],
  'r and s side by side': [reencoded((r, s) => concat(r, s)), /DER|SEQUENCE/],
  'an empty sequence': [() => sequence(), /r and s only/],
  'no bytes': [() => new Uint8Array(), /der\.truncated/],
};
/** Encodes the length with one octet more than necessary. */
function longer(bytes: Uint8Array): Uint8Array {
  const { content } = readOne(bytes, tag.sequence);
  const length = content.length < 0x80 ? [0x81, content.length] : [0x82, 0, content.length];
  return concat(Uint8Array.of(0x30, ...length), content);
}

const allInvalid = algorithms.flatMap((algorithm) =>
  Object.entries(invalidEncodings).map(([what, [reencode, why]]) => [what, algorithm, reencode, why] as const),
);

describe('a packed self statement', () => {
  const verifyWith = async (key: SigningKey, reencode: Reencode) =>
    verifyRegistration(
      await makeRegistration({
        challenge,
        publicKey: key.publicKey,
        attester: { alg: key.alg, sign: (data) => reencode(key.sign(data)) },
      }),
      {
        redeemChallenge: async () => ({ algorithms: [key.alg] }),
        origin,
        rpId,
        userVerification: 'required',
        attestation: 'requested',
        trustAnchors: [],
        now: 0,
      },
    );

  it.each(algorithms)('with a DER signature is accepted for %s', async (algorithm) => {
    expect(await verifyWith(keyFor(algorithm), (bytes) => bytes)).toMatchObject({ accepted: true });
  });
  it.each(allInvalid)('with %s is refused for %s', async (_what, algorithm, reencode, why) => {
    const refused = { accepted: false, reason: 'attestation-invalid', detail: expect.stringMatching(why) };
    expect(await verifyWith(keyFor(algorithm), reencode)).toMatchObject(refused);
  });
});

describe('an assertion', () => {
  const verifyWith = (key: SigningKey, reencode: Reencode) => {
    const clientDataJSON = utf8(JSON.stringify({ type: 'webauthn.get', challenge, origin, crossOrigin: false }));
    const authData = encodeAuthenticatorData({ rpIdHash: sha256(rpId), flags: flag.UP | flag.UV, signCount: 1 });
    const signature = reencode(key.sign(concat(authData, sha256(clientDataJSON))));
    const id = toBase64url(credentialId);
    return verifyAuthentication(
      {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: toBase64url(clientDataJSON),
          authenticatorData: toBase64url(authData),
          signature: toBase64url(signature),
          userHandle: 'dXNlcg',
        },
      },
      {
        redeemChallenge: async () => undefined,
        findPasskey: async () => passkeyOf(key),
        origin,
        rpId,
        userVerification: 'required',
      },
    );
  };
  const passkeyOf = (key: SigningKey) => ({
    id: '1',
    userId: 'dXNlcg',
    name: 'Key',
    registeredAt: 0,
    credentialId: toBase64url(credentialId),
    publicKey: toBase64url(encode(key.publicKey)),
    algorithm: key.alg,
    signCount: 0,
    aaguid: testAaguid,
    attestation: { fmt: 'none', type: 'none', chain: 'none' } as const,
    kind: 'security-key' as const,
    transports: [],
    userVerified: true,
    backupEligible: false,
    backedUp: false,
    discoverable: true,
  });

  it.each(algorithms)('with a DER signature is accepted for %s', async (algorithm) => {
    expect(await verifyWith(keyFor(algorithm), (bytes) => bytes)).toMatchObject({ accepted: true });
  });
  it.each(allInvalid)('with %s is refused for %s', async (_what, algorithm, reencode, why) => {
    // A response without a signature is refused for another reason, before the signature is verified.
    const empty = reencode(keyFor(algorithm).sign(utf8('any'))).length === 0;
    const refused = empty
      ? { accepted: false }
      : { accepted: false, reason: 'signature-invalid', detail: expect.stringMatching(why) };
    expect(await verifyWith(keyFor(algorithm), reencode)).toMatchObject(refused);
  });
});

it('findEcdsaEncodingProblem ignores signatures that are not ECDSA', () => {
  expect(findEcdsaEncodingProblem(coseAlgorithms.EdDSA.alg, fromHex('00'))).toBeUndefined();
  expect(findEcdsaEncodingProblem('ES256', fromHex('00'))).toBeUndefined();
});
