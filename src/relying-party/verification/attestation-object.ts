/** The attestation object, WebAuthn L3 section 6.5.4: canonical CBOR with exactly `fmt`, `attStmt` and `authData`. */
import {
  type AttestedCredentialData,
  type AuthenticatorData,
  parseAuthenticatorData,
} from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { ProtocolViolation } from '#protocol/errors.ts';
import { type Reason, Refusal } from '../refusals.ts';

export interface AttestationObject {
  fmt: string;
  attStmt: CborMap;
  authData: Uint8Array;
  parsed: AuthenticatorData & { attestedCredentialData: AttestedCredentialData; credentialPublicKey: CborMap };
}

/** @throws {Refusal} `attestation-object-invalid`, `auth-data-invalid` or `credential-id-invalid`. */
export function parseAttestationObject(bytes: Uint8Array): AttestationObject {
  const value = violationsAs('attestation-object-invalid', () => decode(bytes));
  if (!(value instanceof Map)) return refuse('it is not a map');
  const [fmt, attStmt, authData] = [value.get('fmt'), value.get('attStmt'), value.get('authData')];
  if (typeof fmt !== 'string' || fmt.length === 0) return refuse('fmt must be text');
  if (!(attStmt instanceof Map)) return refuse('attStmt must be a map');
  if (!(authData instanceof Uint8Array)) return refuse('authData must be bytes');
  if (value.size !== 3) return refuse('members beside fmt, attStmt and authData');
  return { fmt, attStmt, authData, parsed: parseAttested(authData) };
}

function parseAttested(authData: Uint8Array): AttestationObject['parsed'] {
  const parsed = violationsAs('auth-data-invalid', () => parseAuthenticatorData(authData));
  const { attestedCredentialData, credentialPublicKey } = parsed;
  if (!attestedCredentialData || !credentialPublicKey)
    throw new Refusal('auth-data-invalid', 'there is no attested credential data');
  return { ...parsed, attestedCredentialData, credentialPublicKey };
}

/** A rule of the wire that `read` finds broken refuses the registration as `reason`; the credential id has a reason of its own. */
export function violationsAs<T>(reason: Reason, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ProtocolViolation)) throw error;
    const own = error.rule === 'authdata.credential-id' ? 'credential-id-invalid' : reason;
    throw new Refusal(own, error.message, { cause: error });
  }
}

function refuse(detail: string): never {
  throw new Refusal('attestation-object-invalid', detail);
}
