/**
 * Attestation conveyance: what the relying party learns about the authenticator. WebAuthn L3 sections 5.4.7, 5.1.3 (construct
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
 * Returns the CBOR attestation object for the page. With the preference `none` the statement is dropped and the AAGUID stays
 * (Level 2 set it to zero). Self attestation with a zero AAGUID identifies no model and is kept.
 */
export function encodeAttestationObject(
  attestation: Attestation,
  { aaguid }: AttestedCredentialData,
  preference: AttestationConveyancePreference,
): Uint8Array {
  const { authData } = attestation;
  const mustDrop = preference === 'none' && !isAnonymousSelfAttestation(attestation, aaguid);
  const { fmt, attStmt } = mustDrop ? { fmt: 'none', attStmt: new Map() } : attestation;
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
