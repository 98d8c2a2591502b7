/** An ECDSA signature has one encoding; a statement and an assertion with another one are refused, though r and s are right. */
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

type Respell = (signature: Uint8Array) => Uint8Array;
/** Writes the contents of r and s, which are right, in another way. */
const respelt =
  (write: (r: Uint8Array, s: Uint8Array) => Uint8Array): Respell =>
  (signature) => {
    const [r, s] = readItems(readOne(signature, tag.sequence).content);
    return write(r!.content, s!.content);
  };
const raw = (identifier: number, content: Uint8Array) => concat(Uint8Array.of(identifier, content.length), content);
const zero = Uint8Array.of(0);

/** Each with words of the complaint. */
const misspelt: Record<string, readonly [Respell, RegExp]> = {
  'a trailing byte': [(bytes) => concat(bytes, zero), /bytes follow/],
  'a trailing byte in the sequence': [respelt((r, s) => sequence(integer(r), integer(s), zero)), /der\.truncated/],
  'a third number': [respelt((r, s) => sequence(integer(r), integer(s), integer(1))), /r and s only/],
  'one number': [respelt((r) => sequence(integer(r))), /r and s only/],
  'a length in long form': [longer, /shortest form/],
  'the length of r in long form': [
    respelt((r, s) => sequence(concat(Uint8Array.of(tag.integer, 0x81, r.length), r), integer(s))),
    /shortest form/,
  ],
  'an indefinite length': [
    (bytes) => concat(Uint8Array.of(0x30, 0x80), readOne(bytes, tag.sequence).content, Uint8Array.of(0, 0)),
    /indefinite/,
  ],
  'a needless zero before r': [
    respelt((r, s) => sequence(raw(tag.integer, concat(zero, r)), integer(s))),
    /r .*leading zero/,
  ],
  'a needless zero before s': [
    respelt((r, s) => sequence(integer(r), raw(tag.integer, concat(zero, s)))),
    /s .*leading zero/,
  ],
  'a negative s': [respelt((r) => sequence(integer(r), raw(tag.integer, Uint8Array.of(0x80, 1)))), /s .*negative/],
  'r of zero': [respelt((_r, s) => sequence(integer(0), integer(s))), /r .*zero/],
  'r without octets': [respelt((_r, s) => sequence(raw(tag.integer, new Uint8Array()), integer(s))), /INTEGER/],
  'a set': [respelt((r, s) => setOf(integer(r), integer(s))), /wanted 0x30/],
  'octet strings': [respelt((r, s) => sequence(octetString(r), octetString(s))), /INTEGER/],
  'r and s side by side': [respelt((r, s) => concat(r, s)), /DER|SEQUENCE/],
  'an empty sequence': [() => sequence(), /r and s only/],
  'no bytes': [() => new Uint8Array(), /der\.truncated/],
};
/** The length in one octet more than it needs. */
function longer(bytes: Uint8Array): Uint8Array {
  const { content } = readOne(bytes, tag.sequence);
  const length = content.length < 0x80 ? [0x81, content.length] : [0x82, 0, content.length];
  return concat(Uint8Array.of(0x30, ...length), content);
}

const everyWay = algorithms.flatMap((algorithm) =>
  Object.entries(misspelt).map(([what, [respell, why]]) => [what, algorithm, respell, why] as const),
);

describe('a self statement', () => {
  const verdictOn = async (key: SigningKey, respell: Respell) =>
    verifyRegistration(
      await makeRegistration({
        challenge,
        publicKey: key.publicKey,
        attester: { alg: key.alg, sign: (data) => respell(key.sign(data)) },
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

  it.each(algorithms)('in DER is accepted with %s', async (algorithm) => {
    expect(await verdictOn(keyFor(algorithm), (bytes) => bytes)).toMatchObject({ accepted: true });
  });
  it.each(everyWay)('with %s is refused with %s', async (_what, algorithm, respell, why) => {
    const refused = { accepted: false, reason: 'attestation-invalid', detail: expect.stringMatching(why) };
    expect(await verdictOn(keyFor(algorithm), respell)).toMatchObject(refused);
  });
});

describe('an assertion', () => {
  const verdictOn = (key: SigningKey, respell: Respell) => {
    const clientDataJSON = utf8(JSON.stringify({ type: 'webauthn.get', challenge, origin, crossOrigin: false }));
    const authData = encodeAuthenticatorData({ rpIdHash: sha256(rpId), flags: flag.UP | flag.UV, signCount: 1 });
    const signature = respell(key.sign(concat(authData, sha256(clientDataJSON))));
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

  it.each(algorithms)('in DER is accepted with %s', async (algorithm) => {
    expect(await verdictOn(keyFor(algorithm), (bytes) => bytes)).toMatchObject({ accepted: true });
  });
  it.each(everyWay)('with %s is refused with %s', async (_what, algorithm, respell, why) => {
    // Without a signature there is no response at all.
    const empty = respell(keyFor(algorithm).sign(utf8('any'))).length === 0;
    const refused = empty
      ? { accepted: false }
      : { accepted: false, reason: 'signature-invalid', detail: expect.stringMatching(why) };
    expect(await verdictOn(keyFor(algorithm), respell)).toMatchObject(refused);
  });
});

it('says nothing about signatures that are not ECDSA', () => {
  expect(findEcdsaEncodingProblem(coseAlgorithms.EdDSA.alg, fromHex('00'))).toBeUndefined();
  expect(findEcdsaEncodingProblem('ES256', fromHex('00'))).toBeUndefined();
});
