/** Verifies `packed`, WebAuthn L3 section 8.2. */
import { concat } from '#base/bytes.ts';
import { verifySignature } from '#protocol/crypto.ts';
import { type Certificate, extensionOid, readNameAttributes } from '../certificate.ts';
import { readAlgorithm } from '../public-key.ts';
import type { Problem } from '../rules.ts';
import {
  findLeafProblems,
  findSignatureProblem,
  getAlg,
  getX5c,
  hasOnly,
  type Statement,
  type StatementFormat,
} from './statement.ts';

export const packed: StatementFormat = {
  leafExtensions: [extensionOid.fidoAaguid],
  readCertificates: getX5c,
  readAlgorithm: getAlg,
  getSignedData: ({ authData, clientDataHash }) => concat(authData, clientDataHash),
  signatureRule: (attStmt) => (attStmt.has('x5c') ? 'packed.signature' : 'packed.self-signature'),
  findProblems: (statement) =>
    statement.attStmt.has('x5c') ? findFullProblems(statement) : findSelfProblems(statement),
};

function* findFullProblems({ attStmt, chain, authData, clientDataHash, parsed }: Statement): Generator<Problem> {
  const [leaf] = chain;
  if (!hasOnly(attStmt, ['alg', 'sig', 'x5c']))
    yield ['packed.members', 'Expected a packed statement with alg, sig and x5c only'];
  if (!leaf) return yield ['packed.members', 'Expected a list of at least one certificate in x5c'];
  const signatureProblem = findSignatureProblem(leaf, attStmt, concat(authData, clientDataHash));
  if (signatureProblem !== undefined) yield ['packed.signature', signatureProblem];
  yield* findLeafProblems(leaf, parsed.attestedCredentialData.aaguid);
  const subjectProblem = findSubjectProblem(leaf);
  if (subjectProblem !== undefined) yield ['packed.subject', subjectProblem];
}

/** Section 8.2.1: the subject has country, organisation, the fixed organisational unit, and a common name. */
function findSubjectProblem({ subject }: Certificate): string | undefined {
  const attributes = readNameAttributes(subject);
  const [country, organisation, unit, common] = ['2.5.4.6', '2.5.4.10', '2.5.4.11', '2.5.4.3'].map((oid) =>
    attributes.get(oid),
  );
  if (country?.length !== 2) return 'Expected a country of two letters in the subject';
  if (unit !== 'Authenticator Attestation') return 'Expected "Authenticator Attestation" as OU of the subject';
  return organisation && common ? undefined : 'Expected O and CN in the subject';
}

/** Self attestation: the signature is made with the credential key. */
function* findSelfProblems({ attStmt, authData, clientDataHash, parsed }: Statement): Generator<Problem> {
  const sig = attStmt.get('sig');
  if (!hasOnly(attStmt, ['alg', 'sig']))
    yield ['packed.members', 'Expected a packed self statement with alg and sig only'];
  if (getAlg(attStmt) !== readAlgorithm(parsed.credentialPublicKey))
    yield ['packed.self-algorithm', 'alg differs from the algorithm of the credential key'];
  const signed = concat(authData, clientDataHash);
  if (!(sig instanceof Uint8Array) || !verifySignature(parsed.credentialPublicKey, signed, sig))
    yield ['packed.self-signature', 'The signature does not verify with the credential key'];
}
