/** Verifies `packed`, WebAuthn L3 section 8.2. */
import { concat } from '#base/bytes.ts';
import { verifySignature } from '#protocol/crypto.ts';
import { type Certificate, nameAttributes } from '../certificate.ts';
import { algorithmOf } from '../public-key.ts';
import { alg, hasOnly, leafProblem, type Statement, type StatementFormat, signatureProblem, x5c } from './statement.ts';

export const packed: StatementFormat = {
  certificates: x5c,
  algorithm: alg,
  problem: (statement) => (statement.attStmt.has('x5c') ? fullProblem(statement) : selfProblem(statement)),
};

function fullProblem({ attStmt, chain, authData, clientDataHash, parsed }: Statement): string | undefined {
  const [leaf] = chain;
  if (!hasOnly(attStmt, ['alg', 'sig', 'x5c'])) return 'a packed statement has alg, sig and x5c only';
  if (!leaf) return 'x5c must be a list of certificates with at least one';
  return (
    signatureProblem(leaf, attStmt, concat(authData, clientDataHash)) ??
    leafProblem(leaf, parsed.attestedCredentialData.aaguid) ??
    subjectProblem(leaf)
  );
}

/** Section 8.2.1: country, organisation, the unit by its name, and a common name. */
function subjectProblem({ subject }: Certificate): string | undefined {
  const attributes = nameAttributes(subject);
  const [country, organisation, unit, common] = ['2.5.4.6', '2.5.4.10', '2.5.4.11', '2.5.4.3'].map((oid) =>
    attributes.get(oid),
  );
  if (country?.length !== 2) return 'the subject needs a country of two letters';
  if (unit !== 'Authenticator Attestation') return 'the subject’s OU must be "Authenticator Attestation"';
  return organisation && common ? undefined : 'the subject needs O and CN';
}

/** Self attestation: signed with the credential key itself. */
function selfProblem({ attStmt, authData, clientDataHash, parsed }: Statement): string | undefined {
  const sig = attStmt.get('sig');
  if (!hasOnly(attStmt, ['alg', 'sig'])) return 'a packed self statement has alg and sig only';
  if (alg(attStmt) !== algorithmOf(parsed.credentialPublicKey)) return 'alg differs from the credential key’s';
  const signed = concat(authData, clientDataHash);
  if (!(sig instanceof Uint8Array) || !verifySignature(parsed.credentialPublicKey, signed, sig))
    return 'the signature does not verify under the credential key';
  return undefined;
}
