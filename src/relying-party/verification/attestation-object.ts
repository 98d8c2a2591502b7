/** Parses the attestation object, WebAuthn L3 section 6.5.4: canonical CBOR with exactly `fmt`, `attStmt` and `authData`. */
import {
  type AttestedCredentialData,
  type AuthenticatorData,
  parseAuthenticatorData,
} from '#protocol/authenticator-data.ts';
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { ProtocolViolation } from '#protocol/errors.ts';
import { type Reason, RefusalError } from '../refusals.ts';
import { createRefuse, type Refuse, type Rule } from './rules.ts';

/** One of the statements in a compound statement. */
export interface AttestationPart {
  fmt: string;
  attStmt: CborMap;
}

/** A compound statement is nested two levels deeper than CTAP allows. */
const maxDepth = 6;

export interface AttestationObject {
  fmt: string;
  /** Empty for `compound`, whose statements are in `parts`. */
  attStmt: CborMap;
  parts?: readonly AttestationPart[];
  authData: Uint8Array;
  parsed: AuthenticatorData & { attestedCredentialData: AttestedCredentialData; credentialPublicKey: CborMap };
}

/** @throws {RefusalError} `attestation-object-invalid`, `auth-data-invalid` or `credential-id-invalid`. */
export function parseAttestationObject(bytes: Uint8Array, refuse: Refuse = createRefuse()): AttestationObject {
  const value = refuseOnViolation('attestation-object.cbor', 'attestation-object-invalid', () =>
    decode(bytes, maxDepth),
  );
  if (!(value instanceof Map)) throw malformed('Expected a map');
  const [fmt, attStmt, authData] = [value.get('fmt'), value.get('attStmt'), value.get('authData')];
  if (typeof fmt !== 'string' || fmt.length === 0) throw malformed('Expected text in fmt');
  if (!(authData instanceof Uint8Array)) throw malformed('Expected bytes in authData');
  if (value.size !== 3)
    refuse(
      'attestation-object.members',
      'attestation-object-invalid',
      'Expected the members fmt, attStmt and authData only',
    );
  if (fmt === 'compound')
    return { fmt, attStmt: new Map(), parts: parseParts(attStmt), authData, parsed: parseAttested(authData) };
  if (!(attStmt instanceof Map)) throw malformed('Expected a map in attStmt');
  return { fmt, attStmt, authData, parsed: parseAttested(authData) };
}

/** WebAuthn L3 section 8.9: a list of at least two maps with `fmt` and `attStmt`, none of them compound. */
function parseParts(list: CborValue | undefined): AttestationPart[] {
  if (!Array.isArray(list) || list.length < 2)
    throw malformed('Expected a list of at least two statements in a compound attStmt', 'compound.parts');
  return list.map((item) => {
    if (!(item instanceof Map) || item.size !== 2)
      throw malformed('Expected only fmt and attStmt in a part of a compound statement', 'compound.parts');
    const [fmt, attStmt] = [item.get('fmt'), item.get('attStmt')];
    if (typeof fmt !== 'string' || fmt === 'compound')
      throw malformed('Expected a format other than compound in fmt of a part', 'compound.parts');
    if (!(attStmt instanceof Map)) throw malformed('Expected a map in attStmt of a part', 'compound.parts');
    return { fmt, attStmt };
  });
}

function parseAttested(authData: Uint8Array): AttestationObject['parsed'] {
  const parsed = refuseOnViolation('auth-data.structure', 'auth-data-invalid', () => parseAuthenticatorData(authData));
  const { attestedCredentialData, credentialPublicKey } = parsed;
  if (!attestedCredentialData || !credentialPublicKey)
    throw new RefusalError('auth-data-invalid', 'The attested credential data is missing', {
      rule: 'auth-data.attested',
    });
  return { ...parsed, attestedCredentialData, credentialPublicKey };
}

/**
 * Runs `read` and turns a violation of a protocol rule into a refusal with `reason`; a violation in the credential id has its own reason.
 * @throws {RefusalError}
 */
export function refuseOnViolation<T>(rule: Rule, reason: Reason, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ProtocolViolation)) throw error;
    const isCredentialId = error.rule === 'authdata.credential-id';
    throw isCredentialId
      ? new RefusalError('credential-id-invalid', error.message, { cause: error, rule: 'credential-id.length' })
      : new RefusalError(reason, error.message, { cause: error, rule });
  }
}

const malformed = (detail: string, rule: Rule = 'attestation-object.members'): RefusalError =>
  new RefusalError('attestation-object-invalid', detail, { rule });
