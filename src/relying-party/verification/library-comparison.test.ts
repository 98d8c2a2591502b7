/**
 * What verifyRegistrationResponse of @simplewebauthn/server refuses, the relying party refuses too, although it calls only the signature
 * verification of the library. The responses are valid ones with one change each.
 */
import { SettingsService, verifyRegistrationResponse } from '@simplewebauthn/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concat, fromBase64url, toBase64url, utf8 } from '#base/bytes.ts';
import type { Random } from '#base/random.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { type AttestationChoice, trustAnchors } from '#emulator';
import { type CborValue, encode } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { register } from '../../../emulator/attestation/testing/registration.ts';
import { RefusalError } from '../refusals.ts';
import { parseCertificate } from './certificate.ts';
import { changedCopies } from './testing/changed-copies.ts';
import { verifyRegistration } from './verify-registration.ts';

const challenge = toBase64url(utf8('a challenge of enough bytes'));
const [origin, rpId, algorithms] = ['https://example.com', 'example.com', [-7]];
type Json = Awaited<ReturnType<typeof register>>['json'];

/** Why the library refuses the response, or undefined. It gets no roots, so it validates no certificate path. */
async function libraryProblem(response: Json): Promise<string | undefined> {
  try {
    const { verified } = await verifyRegistrationResponse({
      response: response as Parameters<typeof verifyRegistrationResponse>[0]['response'],
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: false,
      supportedAlgorithmIDs: algorithms,
    });
    return verified ? undefined : 'not verified';
  } catch (error) {
    return String(error);
  }
}

const anchors = trustAnchors().map(parseCertificate);
const verify = (response: unknown) =>
  verifyRegistration(response, {
    async redeemChallenge(value) {
      if (value !== challenge) throw new RefusalError('challenge-mismatch');
      return { algorithms };
    },
    origin,
    rpId,
    userVerification: 'discouraged',
    attestation: 'requested',
    trustAnchors: anchors,
    now: Date.now(),
  });

/** Yields copies of bytes with a bit flipped, cut off, or with bytes inserted, at seeded places. */
function* changedBytes(bytes: Uint8Array, count: number, random: Random): Generator<Uint8Array> {
  for (let number = 0; number < count; number++) {
    const [high = 0, low = 0, value = 0] = random.bytes(3);
    const at = (high * 256 + low) % bytes.length;
    yield bytes.with(at, (bytes[at] ?? 0) ^ (1 << (value % 8)));
    if (number % 8 === 0) yield bytes.slice(0, at);
    if (number % 8 === 1) yield concat(bytes.slice(0, at), random.bytes(1 + (value % 4)), bytes.slice(at));
  }
}

/** The changes follow from the format alone, not from the order of the tests. */
function* changedResponses(json: Json, attestation: AttestationChoice): Generator<[string, Json]> {
  const random = seededRandom(`comparison with the library ${attestation}`);
  const object = decode(fromBase64url(json.response.attestationObject), 6) as Map<string, CborValue>;
  const withObject = (attestationObject: Uint8Array): Json => ({
    ...json,
    response: { ...json.response, attestationObject: toBase64url(attestationObject) },
  });
  const withClientData = (bytes: Uint8Array): Json => ({
    ...json,
    response: { ...json.response, clientDataJSON: toBase64url(bytes) },
  });
  for (const [what, attStmt] of changedCopies(object.get('attStmt') ?? new Map()))
    yield [`attStmt${what}`, withObject(encode(new Map(object).set('attStmt', attStmt)))];
  const authData = object.get('authData') as Uint8Array;
  for (const changed of changedBytes(authData, 60, random))
    yield ['authData', withObject(encode(new Map(object).set('authData', changed)))];
  for (const changed of changedBytes(fromBase64url(json.response.attestationObject), 60, random))
    yield ['attestationObject', withObject(changed)];
  for (const changed of changedBytes(fromBase64url(json.response.clientDataJSON), 40, random))
    yield ['clientDataJSON', withClientData(changed)];
  for (const fmt of ['none', 'packed', 'fido-u2f', 'apple', 'tpm', 'x'])
    yield [`fmt ${fmt}`, withObject(encode(new Map(object).set('fmt', fmt)))];
  yield ['type', { ...json, type: 'password' } as unknown as Json];
  yield ['id', { ...json, id: 'AAAA' }];
}

// Settings of the library are those of the process.
const identifiers = ['packed', 'fido-u2f', 'apple'] as const;
const before = identifiers.map((identifier) => ({
  identifier,
  certificates: SettingsService.getRootCertificates({ identifier }),
}));
beforeAll(() => {
  for (const identifier of identifiers) SettingsService.setRootCertificates({ identifier, certificates: [] });
});
afterAll(() => {
  for (const settings of before) SettingsService.setRootCertificates(settings);
});

describe('whatever the library refuses is refused:', () => {
  it.each(['none', 'packed-self', 'packed-basic', 'fido-u2f', 'apple'] as AttestationChoice[])(
    '%s with one change',
    { timeout: 60_000 },
    async (attestation) => {
      const { json } = await register(
        'ES256',
        { persona: 'touchstone-key', attestation, algorithms: ['ES256'] },
        challenge,
      );
      expect([await libraryProblem(json), await verify(json)]).toMatchObject([undefined, { accepted: true }]);
      const counts = { library: 0, ours: 0 };
      for (const [what, response] of changedResponses(json, attestation)) {
        const [problem, outcome] = [await libraryProblem(response), await verify(response)];
        if (problem !== undefined) counts.library += 1;
        if (!outcome.accepted) counts.ours += 1;
        expect(problem !== undefined && outcome.accepted, `${what}: ${problem}`).toBe(false);
      }
      expect(counts.library).toBeGreaterThan(40);
      expect(counts.ours).toBeGreaterThanOrEqual(counts.library);
    },
  );
});
