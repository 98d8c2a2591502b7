/** What a client checks of an authenticator's answer before a page sees it: WebAuthn L3 sections 6.1, 6.5.1, 6.3.2 and 6.3.3. */

import { equal } from '#base/bytes.ts';
import { type AttestedCredentialData, flag, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { coseKeyLabels } from '#protocol/cose.ts';
import { sha256 } from '#protocol/crypto.ts';
import { ProtocolViolation } from '#protocol/errors.ts';

export interface Expected {
  rpId: string;
  /** The user was verified, or the command was asked to verify. */
  verified: boolean;
}

/** What a ceremony goes on with. */
export interface NewCredentialData {
  attestedCredentialData: AttestedCredentialData;
  /** Absent when an unchecked key cannot be read. */
  credentialPublicKey?: CborMap | undefined;
  alg: number;
  extensions?: CborMap | undefined;
}

/** @throws {ProtocolViolation} when the bytes are malformed, belong to another RP ID or lack a flag. */
export function checkAuthenticatorData(bytes: Uint8Array, { rpId, verified }: Expected) {
  const authData = parseAuthenticatorData(bytes);
  if (!equal(authData.rpIdHash, sha256(rpId))) refuse('rp-id-hash', 0, `the rpIdHash is not that of ${rpId}`);
  if (!(authData.flags & flag.UP)) refuse('user-present', 32, 'the user present flag is not set');
  if (verified && !(authData.flags & flag.UV))
    refuse('user-verified', 32, 'the user was verified, but the flag is not set');
  return authData;
}

/** @throws {ProtocolViolation} also when there is no new credential, or its algorithm was not asked for. */
export function checkNewCredential(
  bytes: Uint8Array,
  expected: Expected & { algorithms: readonly number[] },
): NewCredentialData {
  const { attestedCredentialData, credentialPublicKey, ...authData } = checkAuthenticatorData(bytes, expected);
  if (!attestedCredentialData || !credentialPublicKey)
    return refuse('attested-credential-data', 32, 'there is no attested credential data');
  if (attestedCredentialData.credentialId.length === 0)
    return refuse('credential-id', 53, 'the credential id is empty');
  const alg = credentialPublicKey.get(coseKeyLabels.alg);
  if (typeof alg !== 'number' || !expected.algorithms.includes(alg))
    return refuse('algorithm', 55, `the key's algorithm ${String(alg)} was not asked for`);
  return { ...authData, attestedCredentialData, credentialPublicKey, alg };
}

function refuse(rule: string, offset: number, message: string): never {
  throw new ProtocolViolation(
    `response.${rule}`,
    'WebAuthn L3 section 6.1',
    offset,
    `cannot use the answer: ${message}`,
  );
}
