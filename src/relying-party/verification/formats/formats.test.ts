/** Every attestation format of the emulator is accepted with every algorithm, and refused if any part of its statement is changed. */
import { describe, expect, it } from 'vitest';
import { equal, fromBase64url, toBase64url, utf8 } from '#base/bytes.ts';
import { type AttestationChoice, type AuthenticatorOptions, trustAnchors } from '#emulator';
import { type CborValue, encode } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { type CoseAlgorithm, coseAlgorithms } from '#protocol/cose.ts';
import { attestationFormats } from '../../../../emulator/attestation/registry.ts';
import { register } from '../../../../emulator/attestation/testing/registration.ts';
import { parseCertificate } from '../certificate.ts';
import { changedCopies } from '../testing/changed-copies.ts';
import { verifyRegistration } from '../verify-registration.ts';

const challenge = toBase64url(utf8('a challenge of enough bytes'));
const choices = Object.keys(attestationFormats) as AttestationChoice[];
const combinations = choices.flatMap((choice) =>
  (attestationFormats[choice].algorithms ?? (Object.keys(coseAlgorithms) as CoseAlgorithm[])).map(
    (algorithm) => [choice, algorithm] as const,
  ),
);
type Registration = Awaited<ReturnType<typeof register>>;

const optionsFor = (choice: AttestationChoice, algorithm: CoseAlgorithm): AuthenticatorOptions => ({
  persona: 'touchstone-key',
  attestation: choice,
  algorithms: [algorithm],
});

const verify = (json: Registration['json'], algorithm: CoseAlgorithm, attestation: 'enforced' | 'requested') =>
  verifyRegistration(json, {
    redeemChallenge: async () => ({ algorithms: [coseAlgorithms[algorithm].alg] }),
    origin: 'https://example.com',
    rpId: 'example.com',
    userVerification: 'discouraged',
    attestation,
    trustAnchors: trustAnchors().map(parseCertificate),
    now: Date.now(),
  });

describe('verifyRegistration accepts', () => {
  it.each(combinations)('%s with a credential key of %s', async (choice, algorithm) => {
    const { json, fmt } = await register(algorithm, optionsFor(choice, algorithm), challenge);
    const chain = choice === 'none' || choice === 'packed-self' ? 'none' : 'trusted';
    const enforced = chain === 'trusted' ? 'enforced' : 'requested';
    expect(await verify(json, algorithm, enforced)).toMatchObject({
      accepted: true,
      credential: { algorithm: coseAlgorithms[algorithm].alg, attestation: { fmt, chain } },
    });
  });
});

/** Returns whether a change (`.x5c[1] changed`) is to a certificate after one that an anchor issued: the path has ended before it. */
function isAfterPath(object: Map<string, CborValue>, what: string): boolean {
  const index = Number(/^\.x5c\[(\d+)\] changed/.exec(what)?.[1] ?? 0);
  const attStmt = object.get('attStmt');
  const x5c = attStmt instanceof Map ? (attStmt.get('x5c') as Uint8Array[]) : [];
  const issuers = x5c?.slice(0, index).map((der) => parseCertificate(der).issuer) ?? [];
  return issuers.some((issuer) => trustAnchors().some((anchor) => equal(parseCertificate(anchor).subject, issuer)));
}

describe('verifyRegistration refuses', () => {
  it.each(choices)('%s with any part of the statement changed', async (choice) => {
    const algorithm = attestationFormats[choice].algorithms?.[0] ?? 'ES256';
    const { json } = await register(algorithm, optionsFor(choice, algorithm), challenge);
    const object = decode(fromBase64url(json.response.attestationObject), 6) as Map<string, CborValue>;
    let tried = 0;
    for (const [what, attStmt] of changedCopies(object.get('attStmt') ?? new Map())) {
      if (isAfterPath(object, what)) continue;
      const attestationObject = toBase64url(encode(new Map(object).set('attStmt', attStmt)));
      const verdict = await verify(
        { ...json, response: { ...json.response, attestationObject } },
        algorithm,
        'requested',
      );
      const untrusted = verdict.accepted && verdict.credential.attestation.chain === 'untrusted';
      expect(verdict.accepted && !untrusted, what).toBe(false);
      tried += 1;
    }
    expect(tried).toBeGreaterThan(0);
  });

  it.each(choices.filter((choice) => choice !== 'none'))('%s signed over other client data', async (choice) => {
    const algorithm = attestationFormats[choice].algorithms?.[0] ?? 'ES256';
    const { json } = await register(algorithm, optionsFor(choice, algorithm), challenge);
    const other = JSON.stringify({ type: 'webauthn.create', challenge, origin: 'https://example.com' });
    const clientDataJSON = toBase64url(utf8(other));
    const verdict = await verify({ ...json, response: { ...json.response, clientDataJSON } }, algorithm, 'requested');
    expect(verdict).toMatchObject({ accepted: false, reason: 'attestation-invalid' });
  });

  it.each(choices.filter((choice) => !['none', 'packed-self'].includes(choice)))(
    '%s with a chain to an unknown root',
    async (choice) => {
      const algorithm = attestationFormats[choice].algorithms?.[0] ?? 'ES256';
      const options = { ...optionsFor(choice, algorithm), defects: ['attestation.untrusted-root'] as const };
      const { json } = await register(algorithm, options, challenge);
      expect(await verify(json, algorithm, 'enforced')).toMatchObject({
        accepted: false,
        reason: 'attestation-untrusted',
      });
    },
  );
});
