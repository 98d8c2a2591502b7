/**
 * What the relying party learns of the authenticator: attestation conveyance, WebAuthn L3 sections 5.4.7, 5.1.3 (construct
 * credential, step 1) and 6.5.4 (attestation object).
 */
import type { AttestedCredentialData } from '#protocol/authenticator-data.ts';
import { type CborMap, encode } from '#protocol/cbor.ts';
import type { AttestationConveyancePreference } from './credential-options.ts';

export interface Attestation {
  fmt: string;
  authData: Uint8Array;
  attStmt: CborMap;
}

/**
 * The attestation object for the page. With `none` the statement is dropped; the AAGUID stays (Level 2 zeroed it).
 * Self attestation of an authenticator with zero AAGUID identifies nothing and is kept.
 */
export function attestationObject(
  attestation: Attestation,
  { aaguid }: AttestedCredentialData,
  preference: AttestationConveyancePreference,
): Uint8Array {
  const { authData } = attestation;
  const isAnonymous = preference === 'none' && !isAnonymousSelfAttestation(attestation, aaguid);
  const { fmt, attStmt } = isAnonymous ? { fmt: 'none', attStmt: new Map() } : attestation;
  return encode(
    new Map<string, string | CborMap | Uint8Array>([
      ['fmt', fmt],
      ['attStmt', attStmt],
      ['authData', authData],
    ]),
  );
}

const isAnonymousSelfAttestation = ({ fmt, attStmt }: Attestation, aaguid: Uint8Array): boolean =>
  fmt === 'packed' && !attStmt.has('x5c') && aaguid.every((byte) => byte === 0);
