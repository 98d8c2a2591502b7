/**
 * Verifies attestation statements and assertions with @simplewebauthn/server. The only file that imports it.
 *
 * The library's settings are process-wide, so none is set per call. Without roots it skips the certificate path; `certificate-path.ts`
 * validates that against the roots of each portal. The library's errors have no stable codes, so every error means the same refusal.
 */
import { SettingsService, verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import { messageOf } from '#base/errors.ts';
import type { AuthenticationResponseJson } from './authentication-response.ts';
import type { RegistrationResponseJson } from './registration-response.ts';

for (const identifier of ['android-key', 'android-safetynet', 'apple', 'mds'] as const)
  SettingsService.setRootCertificates({ identifier, certificates: [] });

const [es256, eddsa, es384, es512, rs256, rs384, rs512, ps256, ps384, ps512] = [
  -7, -8, -35, -36, -257, -258, -259, -37, -38, -39,
];
const signatureAlgorithms: readonly unknown[] = [es256, eddsa, es384, es512, rs256, rs384, rs512, ps256, ps384, ps512];
/**
 * Formats and credential key algorithms that the library verifies as the specification requires. Others are left out because the library
 * requires more (a root in x5c of android-key, its own clock for android-safetynet, registered TPM vendors) or supports less.
 */
const algorithmsByFormat = new Map<string, readonly unknown[]>([
  ['none', signatureAlgorithms],
  ['packed', signatureAlgorithms],
  ['fido-u2f', [es256]],
  ['apple', [es256, es384]],
]);

/** Returns whether the library can verify a statement of this format for a credential key of this algorithm. */
export const canLibraryVerifyStatement = (fmt: string, alg: number): boolean =>
  algorithmsByFormat.get(fmt)?.includes(alg) ?? false;

/** Returns whether the library can verify an assertion of this algorithm. */
export const canLibraryVerifyAssertion = (alg: number): boolean => signatureAlgorithms.includes(alg);

export interface StatementInput {
  response: RegistrationResponseJson;
  challenge: string;
  origin: string;
  rpId: string;
  algorithms: number[];
}

/** Returns why the attestation statement does not verify, or undefined if it does. */
export const findStatementProblem = (input: StatementInput): Promise<string | undefined> =>
  describeFailure(() =>
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

/** Returns why the assertion does not verify, or undefined if it does. The caller checks the counter: with 0 the library skips it. */
export const findAssertionProblem = (input: AssertionInput): Promise<string | undefined> =>
  describeFailure(() =>
    verifyAuthenticationResponse({
      response: input.response as Parameters<typeof verifyAuthenticationResponse>[0]['response'],
      expectedChallenge: input.challenge,
      expectedOrigin: input.origin,
      expectedRPID: input.rpId,
      requireUserVerification: false,
      credential: { id: input.credentialId, publicKey: new Uint8Array(input.publicKey), counter: 0 },
    }),
  );

async function describeFailure(verify: () => Promise<{ verified: boolean }>): Promise<string | undefined> {
  try {
    const { verified } = await verify();
    return verified ? undefined : 'The signature does not verify';
  } catch (error) {
    return messageOf(error);
  }
}
