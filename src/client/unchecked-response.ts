/**
 * A client that checks nothing of an authenticator's answer (`checks: 'relay'`): what is defective reaches the relying
 * party, which then is the one on trial. No client for people works like this.
 */
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { ProtocolViolation } from '#protocol/errors.ts';
import type { NewCredentialData } from './response-checks.ts';

const idAt = 55;

/** As much of the new credential as can be read; the id is cut out where it should stand. `alg` is claimed when the key cannot be read. */
export function readUncheckedCredential(bytes: Uint8Array, alg: number): NewCredentialData {
  const parsed = readable(() => parseAuthenticatorData(bytes));
  if (parsed?.attestedCredentialData) return { ...parsed, attestedCredentialData: parsed.attestedCredentialData, alg };
  const length = (bytes[idAt - 2] ?? 0) * 256 + (bytes[idAt - 1] ?? 0);
  return {
    attestedCredentialData: {
      aaguid: bytes.slice(37, 53),
      credentialId: bytes.slice(idAt, idAt + length),
      credentialPublicKey: bytes.slice(idAt + length),
    },
    alg,
  };
}

/** Extension outputs, where they can be read. */
export const readUncheckedExtensions = (bytes: Uint8Array): CborMap | undefined =>
  readable(() => parseAuthenticatorData(bytes))?.extensions;

/** The value, or undefined when the bytes break a rule. */
export function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProtocolViolation) return undefined;
    throw error;
  }
}
