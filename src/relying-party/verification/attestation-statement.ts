/**
 * What an attestation statement must satisfy beside its signature, WebAuthn L3 section 8: the strict layer around the library.
 * A rule says what is wrong, or nothing. Formats without rules here are the library's alone.
 */
import { equal } from '#protocol/bytes.ts';
import type { CborMap } from '#protocol/cbor.ts';
import type { AttestationRecord } from '../store/store.ts';
import { type AttestationObject, violationsAs } from './attestation-object.ts';
import {
  basicConstraints,
  type Certificate,
  extensionOid,
  parseCertificate,
  unprocessedCritical,
} from './certificate.ts';
import { readOne, tag } from './der-reader.ts';
import { algorithmOf } from './public-key.ts';

export interface StatementFacts {
  type: AttestationRecord['type'];
  /** `x5c`, leaf first; empty without certificates. */
  chain: Certificate[];
}

/** @throws {Refusal} `attestation-invalid` when a certificate cannot be read. */
export function statementFacts({ fmt, attStmt }: AttestationObject): StatementFacts {
  const x5c = attStmt.get('x5c');
  const chain = Array.isArray(x5c)
    ? x5c
        .filter((item) => item instanceof Uint8Array)
        .map((der) => violationsAs('attestation-invalid', () => parseCertificate(der)))
    : [];
  return { type: fmt === 'none' ? 'none' : chain.length > 0 ? 'certified' : 'self', chain };
}

/** The first broken rule of the statement's format, in words. */
export function statementProblem(object: AttestationObject, { chain }: StatementFacts): string | undefined {
  const { attStmt } = object;
  const x5c = attStmt.get('x5c');
  if (x5c !== undefined && (!Array.isArray(x5c) || x5c.length === 0 || chain.length !== x5c.length))
    return 'x5c must be a list of certificates with at least one';
  if (object.fmt === 'packed') return chain.length > 0 ? packedFullProblem(object, chain) : packedSelfProblem(object);
  if (object.fmt === 'fido-u2f') return fidoU2fProblem(object, chain);
  if (object.fmt === 'none') return attStmt.size > 0 ? 'a none statement must be empty' : undefined;
  return undefined;
}

/** Key type and, for ECDSA, curve that an attestation key of a COSE algorithm has (section 5.8.5). */
const keyOfAlgorithm: Record<number, { type: string; curve?: string }> = {
  [-7]: { type: 'ec', curve: 'prime256v1' },
  [-35]: { type: 'ec', curve: 'secp384r1' },
  [-36]: { type: 'ec', curve: 'secp521r1' },
  [-8]: { type: 'ed25519' },
  [-257]: { type: 'rsa' },
  [-258]: { type: 'rsa' },
  [-259]: { type: 'rsa' },
};

/** Section 8.2, x5c present, and 8.2.1. The library checks signature, subject and that AAGUIDs agree. */
function packedFullProblem({ attStmt, parsed }: AttestationObject, [leaf]: Certificate[]): string | undefined {
  const alg = attStmt.get('alg');
  if (!hasOnly(attStmt, ['alg', 'sig', 'x5c'])) return 'a packed statement has alg, sig and x5c only';
  const wanted = typeof alg === 'number' ? keyOfAlgorithm[alg] : undefined;
  if (!leaf || !wanted) return `alg ${String(alg)} is not known`;
  const { asymmetricKeyType, asymmetricKeyDetails } = leaf.publicKey;
  if (asymmetricKeyType !== wanted.type || (wanted.curve && asymmetricKeyDetails?.namedCurve !== wanted.curve))
    return `alg ${String(alg)} does not fit the certificate's key`;
  if (leaf.version !== 3) return 'the certificate is not of version 3';
  if (basicConstraints(leaf)?.ca !== false) return 'the certificate must have basicConstraints with CA false';
  const [critical] = unprocessedCritical(leaf);
  if (critical) return `critical extension ${critical} is not understood`;
  return aaguidExtensionProblem(leaf, parsed.attestedCredentialData.aaguid);
}

function aaguidExtensionProblem(leaf: Certificate, aaguid: Uint8Array): string | undefined {
  const extension = leaf.extensions.get(extensionOid.fidoAaguid);
  if (!extension) return undefined;
  if (extension.critical) return 'the AAGUID extension must not be critical';
  const { content } = violationsAs('attestation-invalid', () => readOne(extension.value, tag.octetString));
  return equal(content, aaguid) ? undefined : 'the AAGUID extension differs from the AAGUID';
}

/** Section 8.2, self attestation: signed with the credential key itself. */
function packedSelfProblem({ attStmt, parsed }: AttestationObject): string | undefined {
  if (!hasOnly(attStmt, ['alg', 'sig'])) return 'a packed self statement has alg and sig only';
  return attStmt.get('alg') === algorithmOf(parsed.credentialPublicKey)
    ? undefined
    : 'alg differs from the credential key’s';
}

/** Section 8.6: exactly one certificate, with a P-256 key. */
function fidoU2fProblem({ attStmt }: AttestationObject, chain: Certificate[]): string | undefined {
  if (!hasOnly(attStmt, ['sig', 'x5c'])) return 'a fido-u2f statement has sig and x5c only';
  const [leaf] = chain;
  if (!leaf || chain.length !== 1) return 'a fido-u2f statement has exactly one certificate';
  const { asymmetricKeyType, asymmetricKeyDetails } = leaf.publicKey;
  return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1'
    ? undefined
    : 'the certificate’s key is not a P-256 key';
}

const hasOnly = (statement: CborMap, members: string[]): boolean =>
  statement.size === members.length && members.every((name) => statement.has(name));
