/**
 * Verifies attestation statements, WebAuthn L3 section 7.1 step 22. Each format of section 8 is one file in `formats/`.
 * Whether the certificates are trusted is checked in step 24 (`certificate-path.ts`).
 */
import { RefusalError } from '../refusals.ts';
import type { AttestationRecord } from '../store/store.ts';
import { type AttestationObject, type AttestationPart, refuseOnViolation } from './attestation-object.ts';
import { type Certificate, canSignData, findUnprocessedCritical, pathExtensions } from './certificate.ts';
import { findEcdsaEncodingProblem } from './ecdsa-encoding.ts';
import { findFormat } from './formats/registry.ts';
import { parseChain, type Statement, type StatementFormat } from './formats/statement.ts';
import { type Problem, type Refuse, refuseProblems } from './rules.ts';
import { canLibraryVerifySignature, findProblemWithLibrary, type SignatureInput } from './simplewebauthn.ts';

export interface StatementFacts {
  type: AttestationRecord['type'];
  /** The certificate chain of each statement that has one, leaf first. Only `compound` can have several. */
  chains: Certificate[][];
}

/** Returns whether the format can be verified; for a compound statement, whether the formats of all its parts can. */
export const isKnownFormat = ({ fmt, parts }: AttestationObject): boolean =>
  parts ? parts.every((part) => findFormat(part.fmt)) : findFormat(fmt) !== undefined;

/** The ceremony of a statement. */
interface Ceremony {
  /** 32 bytes. */
  clientDataHash: Uint8Array;
  /** Milliseconds since the epoch. */
  now: number;
}

/**
 * Verifies every statement of the attestation object.
 * @throws {RefusalError} `attestation-invalid` with the first violated rule.
 */
export async function verifyStatements(
  object: AttestationObject,
  ceremony: Ceremony,
  refuse: Refuse,
): Promise<StatementFacts> {
  const statements = object.parts ?? [object];
  const chains: Certificate[][] = [];
  for (const part of statements) chains.push(await verifyPart(part, object, ceremony, refuse));
  const certified = chains.filter((chain) => chain.length > 0);
  const allNone = statements.every(({ fmt }) => fmt === 'none');
  return { type: allNone ? 'none' : certified.length > 0 ? 'certified' : 'self', chains: certified };
}

async function verifyPart(
  { fmt, attStmt }: AttestationPart,
  { authData, parsed }: AttestationObject,
  ceremony: Ceremony,
  refuse: Refuse,
): Promise<Certificate[]> {
  const format = findFormat(fmt);
  if (!format)
    throw new RefusalError('attestation-format-unknown', `fmt is ${fmt.slice(0, 32)}`, { rule: 'statement.format' });
  const chain = parseChain(format.readCertificates(attStmt));
  if (!chain)
    throw new RefusalError('attestation-invalid', 'Expected a list of at least one certificate in x5c', {
      rule: 'statement.certificates',
    });
  const statement: Statement = { attStmt, chain, authData, parsed, ...ceremony };
  refuseOnViolation('statement.certificates', 'attestation-invalid', () =>
    refuseProblems(findProblems(format, statement), 'attestation-invalid', refuse),
  );
  const problem = await findLibraryProblem(format, statement);
  if (problem !== undefined && format.signatureRule)
    refuse(format.signatureRule(attStmt), 'attestation-invalid', problem);
  return chain;
}

/** A statement or certificate that breaks a rule of its encoding is refused, wherever that is noticed. */
function* findProblems(format: StatementFormat, statement: Statement): Generator<Problem> {
  const sig = statement.attStmt.get('sig');
  const encodingProblem =
    sig instanceof Uint8Array ? findEcdsaEncodingProblem(format.readAlgorithm?.(statement.attStmt), sig) : undefined;
  if (encodingProblem !== undefined) yield ['statement.ecdsa-encoding', encodingProblem];
  yield* format.findProblems(statement);
  yield* findLeafUseProblems(format, statement.chain[0]);
}

/** Verifies the signature a second time, with an independent implementation, if the library supports its algorithm and key. */
async function findLibraryProblem(format: StatementFormat, statement: Statement): Promise<string | undefined> {
  const { attStmt, chain, parsed } = statement;
  const signature = attStmt.get('sig');
  if (!format.getSignedData || !(signature instanceof Uint8Array)) return undefined;
  const input: SignatureInput = {
    alg: format.readAlgorithm?.(attStmt),
    data: format.getSignedData(statement),
    signature,
    certificate: chain[0],
    credentialPublicKey: parsed.attestedCredentialData.credentialPublicKey,
  };
  return canLibraryVerifySignature(input) ? findProblemWithLibrary(input) : undefined;
}

/** Yields why the leaf certificate must not be used for a statement of this format, RFC 5280 sections 4.2 and 4.2.1.3. */
function* findLeafUseProblems({ leafExtensions }: StatementFormat, leaf: Certificate | undefined): Generator<Problem> {
  if (!leaf) return;
  const critical = findUnprocessedCritical(leaf, [...pathExtensions, ...leafExtensions]);
  if (critical !== undefined)
    yield ['leaf.critical-extension', `Critical extension ${critical} is not supported in this format`];
  if (!canSignData(leaf)) yield ['leaf.key-usage', 'The keyUsage of the certificate does not allow signatures'];
}
