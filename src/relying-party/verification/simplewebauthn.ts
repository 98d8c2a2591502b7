/**
 * The only door to @simplewebauthn/server: it verifies attestation statements and assertions cryptographically.
 * Its settings are process-wide, so none is set per call: without roots it skips the certificate path, which `certificate-path.ts` validates
 * against the roots of each portal. Its errors carry no stable codes: whatever it throws becomes the one reason of that step.
 */
import { SettingsService, verifyRegistrationResponse } from '@simplewebauthn/server';
import type { RegistrationResponseJson } from './registration-response.ts';

for (const identifier of ['android-key', 'android-safetynet', 'apple', 'mds'] as const)
  SettingsService.setRootCertificates({ identifier, certificates: [] });

/** Statement formats the library knows. */
export const knownFormats: readonly string[] = [
  'none',
  'packed',
  'fido-u2f',
  'tpm',
  'android-key',
  'android-safetynet',
  'apple',
];

export interface StatementInput {
  response: RegistrationResponseJson;
  challenge: string;
  origin: string;
  rpId: string;
  algorithms: number[];
}

/** Why the attestation statement does not verify, or undefined when it does. */
export async function statementRefusal(input: StatementInput): Promise<string | undefined> {
  try {
    const { verified } = await verifyRegistrationResponse({
      response: input.response as Parameters<typeof verifyRegistrationResponse>[0]['response'],
      expectedChallenge: input.challenge,
      expectedOrigin: input.origin,
      expectedRPID: input.rpId,
      requireUserPresence: false,
      requireUserVerification: false,
      supportedAlgorithmIDs: input.algorithms,
    });
    return verified ? undefined : 'the signature does not verify';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
