/**
 * Reads an authenticator's response without checking it (policy `checks: 'none'`), so that a malformed response reaches the
 * relying party under test. Real browsers refuse such responses.
 */
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { ProtocolViolation } from '#protocol/errors.ts';
import type { NewCredentialData } from './response-checks.ts';

/** Offsets in authenticator data, WebAuthn L3 sections 6.1 and 6.5.1. */
const aaguidOffset = 37;
const idLengthOffset = 53;
const idOffset = 55;

/**
 * Returns as much of the new credential as can be read. In malformed authenticator data the credential id and the key are
 * taken from their fixed offsets, and `alg` is the first requested algorithm.
 */
export function readUncheckedCredential(bytes: Uint8Array, requestedAlgorithms: readonly number[]): NewCredentialData {
  const [alg = 0] = requestedAlgorithms;
  const parsed = undefinedIfMalformed(() => parseAuthenticatorData(bytes));
  if (parsed?.attestedCredentialData) return { ...parsed, attestedCredentialData: parsed.attestedCredentialData, alg };
  const length = (bytes[idLengthOffset] ?? 0) * 256 + (bytes[idLengthOffset + 1] ?? 0);
  return {
    attestedCredentialData: {
      aaguid: bytes.slice(aaguidOffset, idLengthOffset),
      credentialId: bytes.slice(idOffset, idOffset + length),
      credentialPublicKey: bytes.slice(idOffset + length),
    },
    alg,
  };
}

/** Returns the extension outputs, or undefined when the authenticator data is malformed or has none. */
export const readUncheckedExtensions = (bytes: Uint8Array): CborMap | undefined =>
  undefinedIfMalformed(() => parseAuthenticatorData(bytes))?.extensions;

/** Returns what `read` returns, or undefined when it throws a ProtocolViolation. */
export function undefinedIfMalformed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProtocolViolation) return undefined;
    throw error;
  }
}
