/** Interface of a verifier of one attestation statement format (WebAuthn L3 section 8), and checks that several formats share. */
import { equal } from '#base/bytes.ts';
import type { AttestedCredentialData, AuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import { algorithmName, coseAlgorithms } from '#protocol/cose.ts';
import { verifyWithKey } from '#protocol/crypto.ts';
import { refuseOnViolation } from '../attestation-object.ts';
import { BoundedCache } from '../bounded-cache.ts';
import { type Certificate, extensionOid, parseCertificate, readBasicConstraints } from '../certificate.ts';
import { readOne, tag } from '../der-reader.ts';
import type { Problem, Rule } from '../rules.ts';

export interface Statement {
  attStmt: CborMap;
  /** `x5c` of the statement, leaf first; empty without certificates. */
  chain: readonly Certificate[];
  authData: Uint8Array;
  parsed: AuthenticatorData & { attestedCredentialData: AttestedCredentialData; credentialPublicKey: CborMap };
  /** 32 bytes. */
  clientDataHash: Uint8Array;
  /** Milliseconds since the epoch. */
  now: number;
}

export interface StatementFormat {
  /** Extensions of the leaf certificate that `findProblems` processes, beside those of path validation. */
  leafExtensions: readonly string[];
  /** Returns the certificates of the statement, DER, leaf first. */
  readCertificates(attStmt: CborMap): CborValue | undefined;
  /** Returns the COSE algorithm of `sig`; formats without `sig` do not have this method. */
  readAlgorithm?(attStmt: CborMap): CborValue | undefined;
  /** Returns what `sig` is the signature of; formats without `sig` do not have this method. Only called for valid statements. */
  getSignedData?(statement: Statement): Uint8Array;
  /** Returns the rule about `sig`; formats without `sig` do not have this method. */
  signatureRule?(attStmt: CborMap): Rule;
  /** Yields why the statement is not valid, in the order of the specification. */
  findProblems(statement: Statement): Iterable<Problem>;
}

export const getX5c = (attStmt: CborMap): CborValue | undefined => attStmt.get('x5c');
export const getAlg = (attStmt: CborMap): CborValue | undefined => attStmt.get('alg');

/** Attestation certificates by their DER: the keys of one batch share one, and all keys of a vendor the intermediates. */
const certificates = new BoundedCache<Certificate>(512);
const parseKnownCertificate = (der: Uint8Array): Certificate =>
  certificates.get(Buffer.from(der).toString('latin1'), () => parseCertificate(Uint8Array.from(der)));

/**
 * Parses a list of certificates; returns an empty chain for an absent list and undefined for a malformed one.
 * @throws {RefusalError} `attestation-invalid` if a certificate cannot be read.
 */
export function parseChain(list: CborValue | undefined): Certificate[] | undefined {
  if (list === undefined) return [];
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const chain = list.flatMap((der) =>
    der instanceof Uint8Array
      ? refuseOnViolation('statement.certificates', 'attestation-invalid', () => parseKnownCertificate(der))
      : [],
  );
  return chain.length === list.length ? chain : undefined;
}

/** Returns whether the statement has exactly these members. */
export const hasOnly = (statement: CborMap, members: string[]): boolean =>
  statement.size === members.length && members.every((name) => statement.has(name));

/** Returns why `sig` is not the certificate's signature over `data` with `alg`, or undefined if it is. */
export function findSignatureProblem(leaf: Certificate, attStmt: CborMap, data: Uint8Array): string | undefined {
  const [identifier, sig] = [getAlg(attStmt), attStmt.get('sig')];
  const name = typeof identifier === 'number' ? algorithmName(identifier) : undefined;
  if (!name || !(sig instanceof Uint8Array)) return `alg ${String(identifier)} is not supported, or sig is missing`;
  if (name === 'ML-DSA-44' || name === 'ML-DSA-65' || name === 'ML-DSA-87')
    return `Certificates cannot have keys for ${name}`;
  if (!verifyWithKey(leaf.publicKey, name, data, sig))
    return `The signature does not verify with alg ${identifier} and the certificate’s key`;
  return undefined;
}

/** Returns the hash function of a signature algorithm; SHA-256 for an algorithm that does not define one. */
export function hashOfAlgorithm(identifier: CborValue | undefined): string {
  const name = typeof identifier === 'number' ? algorithmName(identifier) : undefined;
  const row = name && coseAlgorithms[name];
  return row && 'hash' in row ? row.hash : 'sha256';
}

/** Checks what sections 8.2.1 and 8.3.1 share: version 3, not a CA, the AAGUID of the authenticator. */
export function* findLeafProblems(leaf: Certificate, aaguid: Uint8Array): Generator<Problem> {
  if (leaf.version !== 3) yield ['leaf.version', 'Expected a certificate of version 3'];
  if (readBasicConstraints(leaf)?.ca !== false)
    yield ['leaf.basic-constraints', 'Expected a certificate with basicConstraints and CA false'];
  const extension = leaf.extensions.get(extensionOid.fidoAaguid);
  if (!extension) return;
  if (extension.critical) yield ['leaf.aaguid-critical', 'Expected an AAGUID extension that is not critical'];
  const { content } = refuseOnViolation('leaf.aaguid', 'attestation-invalid', () =>
    readOne(extension.value, tag.octetString),
  );
  if (!equal(content, aaguid)) yield ['leaf.aaguid', 'The AAGUID extension differs from the AAGUID'];
}
