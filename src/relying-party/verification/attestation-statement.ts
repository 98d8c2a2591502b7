/**
 * Verifies attestation statements, WebAuthn L3 section 7.1 step 22. Each format of section 8 is one file in `formats/`.
 * Whether the certificates are trusted is checked in step 24 (`certificate-path.ts`).
 */
import { RefusalError } from '../refusals.ts';
import type { AttestationRecord } from '../store/store.ts';
import type { AttestationObject, AttestationPart } from './attestation-object.ts';
import type { Certificate } from './certificate.ts';
import { findEcdsaEncodingProblem } from './ecdsa-encoding.ts';
import { findFormat } from './formats/registry.ts';
import { parseChain } from './formats/statement.ts';

export interface StatementFacts {
  type: AttestationRecord['type'];
  /** The certificate chain of each statement that has one, leaf first. Only `compound` can have several. */
  chains: Certificate[][];
}

/** Returns whether the format can be verified; for a compound statement, whether the formats of all its parts can. */
export const isKnownFormat = ({ fmt, parts }: AttestationObject): boolean =>
  parts ? parts.every((part) => findFormat(part.fmt)) : findFormat(fmt) !== undefined;

/**
 * Verifies every statement of the attestation object. `now` is in milliseconds since the epoch.
 * @throws {RefusalError} `attestation-invalid` with the first violated rule.
 */
export function verifyStatements(object: AttestationObject, clientDataHash: Uint8Array, now: number): StatementFacts {
  const statements = object.parts ?? [object];
  const chains = statements.map((part) => verifyPart(part, object, clientDataHash, now));
  const certified = chains.filter((chain) => chain.length > 0);
  const allNone = statements.every(({ fmt }) => fmt === 'none');
  return { type: allNone ? 'none' : certified.length > 0 ? 'certified' : 'self', chains: certified };
}

function verifyPart(
  { fmt, attStmt }: AttestationPart,
  { authData, parsed }: AttestationObject,
  clientDataHash: Uint8Array,
  now: number,
): Certificate[] {
  const format = findFormat(fmt);
  if (!format) throw new RefusalError('attestation-format-unknown', `fmt is ${fmt.slice(0, 32)}`);
  const chain = parseChain(format.readCertificates(attStmt));
  if (!chain) throw new RefusalError('attestation-invalid', 'Expected a list of at least one certificate in x5c');
  const sig = attStmt.get('sig');
  const problem =
    (sig instanceof Uint8Array ? findEcdsaEncodingProblem(format.readAlgorithm?.(attStmt), sig) : undefined) ??
    format.findProblem({ attStmt, chain, authData, parsed, clientDataHash, now });
  if (problem !== undefined) throw new RefusalError('attestation-invalid', problem);
  return chain;
}
