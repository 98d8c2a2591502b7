/** Checks of an authenticator's response before it reaches the page: WebAuthn L3 sections 6.1, 6.5.1, 6.3.2 and 6.3.3. */
import { equal } from '#base/bytes.ts';
import { type AttestedCredentialData, flag, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { coseKeyLabels } from '#protocol/cose.ts';
import { sha256 } from '#protocol/crypto.ts';
import { ProtocolViolation } from '#protocol/errors.ts';

export interface ExpectedResponse {
  rpId: string;
  /** Whether the user was verified before the command, or by it. */
  verified: boolean;
  /** Whether the credential may be created without user presence: conditional create() only. */
  mayBeAbsent?: boolean;
}

/** The parts of a makeCredential response that the credential for the page is built from. */
export interface NewCredentialData {
  attestedCredentialData: AttestedCredentialData;
  /** Undefined when an unchecked key cannot be read. */
  credentialPublicKey?: CborMap | undefined;
  alg: number;
  extensions?: CborMap | undefined;
}

/**
 * Returns the parsed authenticator data.
 * @throws {ProtocolViolation} when it is malformed, belongs to another RP ID or lacks a flag.
 */
export function checkAuthenticatorData(bytes: Uint8Array, { rpId, verified, mayBeAbsent = false }: ExpectedResponse) {
  const authData = parseAuthenticatorData(bytes);
  if (!equal(authData.rpIdHash, sha256(rpId))) fail('rp-id-hash', 0, `the rpIdHash is not the hash of ${rpId}`);
  if (!mayBeAbsent && !(authData.flags & flag.UP)) fail('user-present', 32, 'the user present flag is not set');
  if (verified && !(authData.flags & flag.UV))
    fail('user-verified', 32, 'the user was verified, but the user verified flag is not set');
  return authData;
}

/**
 * Returns the new credential of the authenticator data.
 * @throws {ProtocolViolation} as `checkAuthenticatorData`, and when there is no credential or its algorithm was not requested.
 */
export function checkNewCredential(
  bytes: Uint8Array,
  expected: ExpectedResponse & { algorithms: readonly number[] },
): NewCredentialData {
  const { attestedCredentialData, credentialPublicKey, ...authData } = checkAuthenticatorData(bytes, expected);
  if (!attestedCredentialData || !credentialPublicKey)
    return fail('attested-credential-data', 32, 'there is no attested credential data');
  if (attestedCredentialData.credentialId.length === 0) return fail('credential-id', 53, 'the credential id is empty');
  const alg = credentialPublicKey.get(coseKeyLabels.alg);
  if (typeof alg !== 'number' || !expected.algorithms.includes(alg))
    return fail('algorithm', 55, `expected the algorithm ${expected.algorithms.join(' or ')}, got ${String(alg)}`);
  return { ...authData, attestedCredentialData, credentialPublicKey, alg };
}

function fail(rule: string, offset: number, message: string): never {
  throw new ProtocolViolation(
    { rule: `response.${rule}`, section: 'WebAuthn L3 section 6.1', offset },
    `Cannot use the authenticator data: ${message}`,
  );
}
