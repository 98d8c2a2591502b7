/** Checks every attestation format with every algorithm that @simplewebauthn/server 14 supports, under our test root. */
import { SettingsService, verifyRegistrationResponse } from '@simplewebauthn/server';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { toBase64url, utf8 } from '#base/bytes.ts';
import { type CoseAlgorithm, coseAlgorithms } from '#protocol/cose.ts';
import { type AttestationChoice, trustAnchors } from '../index.ts';
import { untrustedRootCertificate } from './attestation-ca.ts';
import { attestationFormats } from './registry.ts';
import { origin, register, rpId } from './testing/registration.ts';

/** @simplewebauthn/server lists ES256K but cannot verify it, has no Ed448, and has ML-DSA only where node:crypto has it. */
const unsupportedAlgorithms: readonly CoseAlgorithm[] = ['ES256K', 'Ed448', 'ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'];
/** For android-key it compares only P-256 and P-384 keys with the certificate, for apple only EC keys. */
const isUnsupported = (format: AttestationChoice, algorithm: CoseAlgorithm) =>
  (format === 'android-key' && algorithm !== 'ES256' && algorithm !== 'ES384') ||
  (format === 'apple' && coseAlgorithms[algorithm].kty !== 2);
const formats = Object.keys(attestationFormats).filter((name) => name !== 'compound') as AttestationChoice[];
const combinations = formats.flatMap((format) =>
  (attestationFormats[format].algorithms ?? (Object.keys(coseAlgorithms) as CoseAlgorithm[]))
    .filter((algorithm) => !unsupportedAlgorithms.includes(algorithm) && !isUnsupported(format, algorithm))
    .map((algorithm) => [format, algorithm] as const),
);

const identifiers = ['packed', 'fido-u2f', 'tpm', 'android-key', 'android-safetynet', 'apple'] as const;

beforeEach(() => {
  const certificates = trustAnchors().map((der) => Buffer.from(der));
  for (const identifier of identifiers) SettingsService.setRootCertificates({ identifier, certificates });
});

// The settings of the library are process-wide, and other tests may run in the same process.
afterAll(() => {
  for (const identifier of identifiers) SettingsService.setRootCertificates({ identifier, certificates: [] });
});

const registerAndVerify = async (format: AttestationChoice, algorithm: CoseAlgorithm) => {
  const challenge = toBase64url(utf8('a challenge of enough bytes'));
  const options = { persona: 'touchstone-key', attestation: format, algorithms: [algorithm] } as const;
  const { json } = await register(algorithm, options, challenge);
  return verifyRegistrationResponse({
    response: json,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: rpId,
    requireUserVerification: false,
    supportedAlgorithmIDs: [coseAlgorithms[algorithm].alg],
  });
};

describe('@simplewebauthn/server', () => {
  it('covers more than 60 combinations of format and algorithm', () => expect(combinations.length).toBeGreaterThan(60));

  it.each(combinations)('accepts %s with an %s credential key', async (format, algorithm) => {
    const { verified, registrationInfo } = await registerAndVerify(format, algorithm);
    expect(verified).toBe(true);
    expect(registrationInfo?.fmt).toBe(attestationFormats[format].fmt);
  });
});

it('@simplewebauthn/server rejects each format under another root', async () => {
  for (const identifier of ['packed', 'fido-u2f', 'tpm', 'android-key', 'android-safetynet', 'apple'] as const)
    SettingsService.setRootCertificates({ identifier, certificates: [Buffer.from(untrustedRootCertificate())] });
  const certified = formats.filter((name) => name !== 'none' && name !== 'packed-self');
  for (const format of certified) {
    const outcome = await registerAndVerify(format, attestationFormats[format].algorithms?.[0] ?? 'ES256').then(
      ({ verified }) => verified,
      () => false,
    );
    expect(outcome, format).toBe(false);
  }
});
