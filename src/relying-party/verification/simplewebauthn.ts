/**
 * The only door to @simplewebauthn/server: it verifies attestation statements and assertions cryptographically.
 * Its settings are process-wide, so none is set per call: without roots it skips the certificate path, which `certificate-path.ts` validates
 * against the roots of each portal. Its errors carry no stable codes: whatever it throws becomes the one reason of that step.
 */
import { SettingsService, verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import type { AuthenticationResponseJson } from './authentication-response.ts';
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
export const statementRefusal = (input: StatementInput): Promise<string | undefined> =>
  refusalOf(() =>
    verifyRegistrationResponse({
      response: input.response as Parameters<typeof verifyRegistrationResponse>[0]['response'],
      expectedChallenge: input.challenge,
      expectedOrigin: input.origin,
      expectedRPID: input.rpId,
      requireUserPresence: false,
      requireUserVerification: false,
      supportedAlgorithmIDs: input.algorithms,
    }),
  );

export interface AssertionInput extends Omit<StatementInput, 'response' | 'algorithms'> {
  response: AuthenticationResponseJson;
  /** Base64url. */
  credentialId: string;
  /** COSE_Key. */
  publicKey: Uint8Array;
}

/** Why the assertion does not verify, or undefined when it does. The counter is the caller's: 0 keeps the library out of it. */
export const assertionRefusal = (input: AssertionInput): Promise<string | undefined> =>
  refusalOf(() =>
    verifyAuthenticationResponse({
      response: input.response as Parameters<typeof verifyAuthenticationResponse>[0]['response'],
      expectedChallenge: input.challenge,
      expectedOrigin: input.origin,
      expectedRPID: input.rpId,
      requireUserVerification: false,
      credential: { id: input.credentialId, publicKey: new Uint8Array(input.publicKey), counter: 0 },
    }),
  );

async function refusalOf(verify: () => Promise<{ verified: boolean }>): Promise<string | undefined> {
  try {
    const { verified } = await verify();
    return verified ? undefined : 'the signature does not verify';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
