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

const [es256, eddsa, es384, es512, rs256, rs384, rs512, ps256, ps384, ps512] = [
  -7, -8, -35, -36, -257, -258, -259, -37, -38, -39,
];
const signatures: readonly unknown[] = [es256, eddsa, es384, es512, rs256, rs384, rs512, ps256, ps384, ps512];
/**
 * What the library verifies as the specification has it. Left out are formats and keys where it asks for more (a root within
 * x5c of android-key, its own clock for android-safetynet, registered TPM makers) or knows less.
 */
const verifiable: Record<string, readonly unknown[]> = {
  none: signatures,
  packed: signatures,
  'fido-u2f': [es256],
  apple: [es256, es384],
};

/** Whether the library can judge a statement of this format over a credential key of this algorithm. */
export const libraryVerifies = (fmt: string, alg: number): boolean =>
  Object.hasOwn(verifiable, fmt) && verifiable[fmt]!.includes(alg);

/** Whether it can verify an assertion of this algorithm. */
export const libraryVerifiesAssertions = (alg: number): boolean => signatures.includes(alg);

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
