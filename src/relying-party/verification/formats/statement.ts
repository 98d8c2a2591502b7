/** What a verifier of one attestation statement format gets, WebAuthn L3 section 8. */

import { equal } from '#base/bytes.ts';
import type { AttestedCredentialData, AuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import { algorithmName, coseAlgorithms } from '#protocol/cose.ts';
import { verifyUnder } from '#protocol/crypto.ts';
import { violationsAs } from '../attestation-object.ts';
import {
  basicConstraints,
  type Certificate,
  extensionOid,
  parseCertificate,
  unprocessedCritical,
} from '../certificate.ts';
import { readOne, tag } from '../der-reader.ts';

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
  /** The certificates of the statement, DER, leaf first. */
  certificates(attStmt: CborMap): CborValue | undefined;
  /** The COSE algorithm of `sig`; formats without `sig` have none. */
  algorithm?(attStmt: CborMap): CborValue | undefined;
  /** What is wrong with the statement, or nothing. */
  problem(statement: Statement): string | undefined;
}

export const x5c = (attStmt: CborMap): CborValue | undefined => attStmt.get('x5c');
export const alg = (attStmt: CborMap): CborValue | undefined => attStmt.get('alg');

/** @throws {Refusal} `attestation-invalid` when the list is malformed or a certificate cannot be read. */
export function parseChain(list: CborValue | undefined): Certificate[] | undefined {
  if (list === undefined) return [];
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const chain = list.flatMap((der) =>
    der instanceof Uint8Array ? violationsAs('attestation-invalid', () => parseCertificate(der)) : [],
  );
  return chain.length === list.length ? chain : undefined;
}

export const hasOnly = (statement: CborMap, members: string[]): boolean =>
  statement.size === members.length && members.every((name) => statement.has(name));

/** What keeps `sig` from being the certificate's signature over `data` with `alg`. */
export function signatureProblem(leaf: Certificate, attStmt: CborMap, data: Uint8Array): string | undefined {
  const [identifier, sig] = [alg(attStmt), attStmt.get('sig')];
  const name = typeof identifier === 'number' ? algorithmName(identifier) : undefined;
  if (!name || !(sig instanceof Uint8Array)) return `alg ${String(identifier)} is not known, or sig is missing`;
  if (name === 'ML-DSA-44' || name === 'ML-DSA-65' || name === 'ML-DSA-87')
    return `no certificate has keys for ${name}`;
  if (!verifyUnder(leaf.publicKey, name, data, sig))
    return `the signature does not verify with alg ${identifier} under the certificate’s key`;
  return undefined;
}

/** The digest that an algorithm signs, for the formats that carry one: SHA-256 where it has none of its own. */
export function hashOf(identifier: CborValue | undefined): string {
  const name = typeof identifier === 'number' ? algorithmName(identifier) : undefined;
  const row = name && coseAlgorithms[name];
  return row && 'hash' in row ? row.hash : 'sha256';
}

/** Sections 8.2.1 and 8.3.1, what they share: version 3, no authority, nothing critical that is not understood, the right AAGUID. */
export function leafProblem(leaf: Certificate, aaguid: Uint8Array): string | undefined {
  if (leaf.version !== 3) return 'the certificate is not of version 3';
  if (basicConstraints(leaf)?.ca !== false) return 'the certificate must have basicConstraints with CA false';
  const [critical] = unprocessedCritical(leaf);
  if (critical) return `critical extension ${critical} is not understood`;
  const extension = leaf.extensions.get(extensionOid.fidoAaguid);
  if (!extension) return undefined;
  if (extension.critical) return 'the AAGUID extension must not be critical';
  const { content } = violationsAs('attestation-invalid', () => readOne(extension.value, tag.octetString));
  return equal(content, aaguid) ? undefined : 'the AAGUID extension differs from the AAGUID';
}
