/** Every attestation format of the emulator is accepted with every algorithm, and refused if any part of its statement is changed. */
import { describe, expect, it } from 'vitest';
import { concat, fromBase64url, toBase64url, utf8 } from '#base/bytes.ts';
import { type AttestationChoice, type AuthenticatorOptions, trustAnchors } from '#emulator';
import { type CborValue, encode } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { type CoseAlgorithm, coseAlgorithms } from '#protocol/cose.ts';
import { attestationFormats } from '../../../../emulator/attestation/registry.ts';
import { register } from '../../../../emulator/attestation/testing/registration.ts';
import { parseCertificate } from '../certificate.ts';
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

/** Yields copies of a statement, each with one value or member changed, and a description of the change. */
function* changedCopies(statement: CborValue, path = ''): Generator<[string, CborValue]> {
  if (statement instanceof Uint8Array) {
    yield [`${path} changed`, statement.with(-1, (statement.at(-1) ?? 0) ^ 1)];
    yield [`${path} truncated`, statement.slice(0, -1)];
    yield [`${path} longer`, concat(statement, Uint8Array.of(0))];
  } else if (Array.isArray(statement)) {
    for (const [index, item] of statement.entries())
      for (const [what, value] of changedCopies(item, `${path}[${index}]`)) yield [what, statement.with(index, value)];
    yield [`${path} empty`, []];
  } else if (statement instanceof Map) {
    for (const [key, item] of statement) {
      for (const [what, value] of changedCopies(item, `${path}.${key}`))
        yield [what, new Map(statement).set(key, value)];
      yield [`${path} without ${key}`, new Map([...statement].filter(([name]) => name !== key))];
    }
    yield [`${path} with another member`, new Map(statement).set('more', 1)];
  } else if (typeof statement === 'number') yield [`${path} other`, -65000];
  else if (typeof statement === 'string') yield [`${path} empty`, ''];
}

describe('verifyRegistration refuses', () => {
  it.each(choices)('%s with any part of the statement changed', async (choice) => {
    const algorithm = attestationFormats[choice].algorithms?.[0] ?? 'ES256';
    const { json } = await register(algorithm, optionsFor(choice, algorithm), challenge);
    const object = decode(fromBase64url(json.response.attestationObject), 6) as Map<string, CborValue>;
    let tried = 0;
    for (const [what, attStmt] of changedCopies(object.get('attStmt') ?? new Map())) {
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
