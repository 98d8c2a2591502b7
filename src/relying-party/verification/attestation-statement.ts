/**
 * Verifying an attestation statement, WebAuthn L3 section 7.1 step 22, written from section 8: one file per format in `formats/`.
 * Trust in the certificates is step 24's (`certificate-path.ts`).
 */
import { Refusal } from '../refusals.ts';
import type { AttestationRecord } from '../store/store.ts';
import type { AttestationObject, AttestationPart } from './attestation-object.ts';
import type { Certificate } from './certificate.ts';
import { ecdsaEncodingProblem } from './ecdsa-encoding.ts';
import { formatOf } from './formats/registry.ts';
import { parseChain } from './formats/statement.ts';

export interface StatementFacts {
  type: AttestationRecord['type'];
  /** Certificates of each statement that has some, leaf first; several only for `compound`. */
  chains: Certificate[][];
}

/** True for formats that can be verified; a compound statement is known when all its parts are. */
export const isKnownFormat = ({ fmt, parts }: AttestationObject): boolean =>
  parts ? parts.every((part) => formatOf(part.fmt)) : formatOf(fmt) !== undefined;

/** @throws {Refusal} `attestation-invalid` with the first broken rule. */
export function verifyStatements(object: AttestationObject, clientDataHash: Uint8Array, now: number): StatementFacts {
  const statements = object.parts ?? [object];
  const chains = statements.map((part) => verifyPart(part, object, clientDataHash, now));
  const certified = chains.filter((chain) => chain.length > 0);
  const empty = statements.every(({ fmt }) => fmt === 'none');
  return { type: empty ? 'none' : certified.length > 0 ? 'certified' : 'self', chains: certified };
}

function verifyPart(
  { fmt, attStmt }: AttestationPart,
  { authData, parsed }: AttestationObject,
  clientDataHash: Uint8Array,
  now: number,
): Certificate[] {
  const format = formatOf(fmt);
  if (!format) throw new Refusal('attestation-format-unknown', `fmt is ${fmt.slice(0, 32)}`);
  const chain = parseChain(format.certificates(attStmt));
  if (!chain) throw new Refusal('attestation-invalid', 'x5c must be a list of certificates with at least one');
  const sig = attStmt.get('sig');
  const problem =
    (sig instanceof Uint8Array ? ecdsaEncodingProblem(format.algorithm?.(attStmt), sig) : undefined) ??
    format.problem({ attStmt, chain, authData, parsed, clientDataHash, now });
  if (problem !== undefined) throw new Refusal('attestation-invalid', problem);
  return chain;
}
