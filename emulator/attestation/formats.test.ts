/** Every format with every algorithm that @simplewebauthn/server 14 knows is accepted by it under our test root. */
import { SettingsService, verifyRegistrationResponse } from '@simplewebauthn/server';
import { beforeAll, describe, expect, it } from 'vitest';
import { toBase64url, utf8 } from '#base/bytes.ts';
import { type CoseAlgorithm, coseAlgorithms } from '#protocol/cose.ts';
import { type AttestationChoice, trustAnchors } from '../index.ts';
import { strangerAnchor } from './attestation-ca.ts';
import { attestationFormats } from './registry.ts';
import { origin, register, rpId } from './testing/registration.ts';

/** It names ES256K and cannot verify it, has no Ed448, and ML-DSA only where node:crypto has it. */
const unknownToIt: readonly CoseAlgorithm[] = ['ES256K', 'Ed448', 'ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'];
/** Its checks of the certificate's key know P-256 and P-384 for these two formats. */
const beyondIt = (format: AttestationChoice, algorithm: CoseAlgorithm) =>
  (format === 'android-key' && algorithm !== 'ES256' && algorithm !== 'ES384') ||
  (format === 'apple' && coseAlgorithms[algorithm].kty !== 2);
const formats = Object.keys(attestationFormats).filter((name) => name !== 'compound') as AttestationChoice[];
const combinations = formats.flatMap((format) =>
  (attestationFormats[format].algorithms ?? (Object.keys(coseAlgorithms) as CoseAlgorithm[]))
    .filter((algorithm) => !unknownToIt.includes(algorithm) && !beyondIt(format, algorithm))
    .map((algorithm) => [format, algorithm] as const),
);

beforeAll(() => {
  const certificates = trustAnchors().map((der) => Buffer.from(der));
  for (const identifier of ['packed', 'fido-u2f', 'tpm', 'android-key', 'android-safetynet', 'apple'] as const)
    SettingsService.setRootCertificates({ identifier, certificates });
});

const verify = async (format: AttestationChoice, algorithm: CoseAlgorithm) => {
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

describe('@simplewebauthn/server accepts', () => {
  it('at least as many combinations as there are', () => expect(combinations.length).toBeGreaterThan(60));

  it.each(combinations)('%s with a credential of %s', async (format, algorithm) => {
    const { verified, registrationInfo } = await verify(format, algorithm);
    expect(verified).toBe(true);
    expect(registrationInfo?.fmt).toBe(attestationFormats[format].fmt);
  });
});

it('refuses each format under another root', async () => {
  for (const identifier of ['packed', 'fido-u2f', 'tpm', 'android-key', 'android-safetynet', 'apple'] as const)
    SettingsService.setRootCertificates({ identifier, certificates: [Buffer.from(strangerAnchor())] });
  const certified = formats.filter((name) => name !== 'none' && name !== 'packed-self');
  for (const format of certified) {
    const outcome = await verify(format, attestationFormats[format].algorithms?.[0] ?? 'ES256').then(
      ({ verified }) => verified,
      () => false,
    );
    expect(outcome, format).toBe(false);
  }
});
