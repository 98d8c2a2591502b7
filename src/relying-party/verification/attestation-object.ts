/** The attestation object, WebAuthn L3 section 6.5.4: canonical CBOR with exactly `fmt`, `attStmt` and `authData`. */
import {
  type AttestedCredentialData,
  type AuthenticatorData,
  parseAuthenticatorData,
} from '#protocol/authenticator-data.ts';
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { ProtocolViolation } from '#protocol/errors.ts';
import { type Reason, Refusal } from '../refusals.ts';

/** One statement of a compound one. */
export interface AttestationPart {
  fmt: string;
  attStmt: CborMap;
}

/** A compound statement nests two levels deeper than CTAP allows. */
const maxDepth = 6;

export interface AttestationObject {
  fmt: string;
  /** Empty for `compound`, whose statements are in `parts`. */
  attStmt: CborMap;
  parts?: readonly AttestationPart[];
  authData: Uint8Array;
  parsed: AuthenticatorData & { attestedCredentialData: AttestedCredentialData; credentialPublicKey: CborMap };
}

/** @throws {Refusal} `attestation-object-invalid`, `auth-data-invalid` or `credential-id-invalid`. */
export function parseAttestationObject(bytes: Uint8Array): AttestationObject {
  const value = violationsAs('attestation-object-invalid', () => decode(bytes, maxDepth));
  if (!(value instanceof Map)) return refuse('it is not a map');
  const [fmt, attStmt, authData] = [value.get('fmt'), value.get('attStmt'), value.get('authData')];
  if (typeof fmt !== 'string' || fmt.length === 0) return refuse('fmt must be text');
  if (!(authData instanceof Uint8Array)) return refuse('authData must be bytes');
  if (value.size !== 3) return refuse('members beside fmt, attStmt and authData');
  if (fmt === 'compound')
    return { fmt, attStmt: new Map(), parts: partsOf(attStmt), authData, parsed: parseAttested(authData) };
  if (!(attStmt instanceof Map)) return refuse('attStmt must be a map');
  return { fmt, attStmt, authData, parsed: parseAttested(authData) };
}

/** WebAuthn L3 section 8.9: a list of at least two maps with `fmt` and `attStmt`, none of them compound. */
function partsOf(list: CborValue | undefined): AttestationPart[] {
  if (!Array.isArray(list) || list.length < 2) return refuse('a compound attStmt must be a list of at least two');
  return list.map((item) => {
    if (!(item instanceof Map) || item.size !== 2) return refuse('a part of a compound statement has fmt and attStmt');
    const [fmt, attStmt] = [item.get('fmt'), item.get('attStmt')];
    if (typeof fmt !== 'string' || fmt === 'compound') return refuse('fmt of a part must be text, and not compound');
    return attStmt instanceof Map ? { fmt, attStmt } : refuse('attStmt of a part must be a map');
  });
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
