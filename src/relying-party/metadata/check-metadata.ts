/**
 * Compares a verified attestation with the metadata of its model: WebAuthn L3 section 7.1 steps 23 and 24, FIDO Metadata Service 3.0
 * section 3.2.
 */
import { equal, formatAaguid, toHex } from '#base/bytes.ts';
import { type CoseAlgorithm, coseAlgorithms } from '#protocol/cose.ts';
import { sha1 } from '#protocol/crypto.ts';
import { authenticationAlgorithms, undesiredStatuses } from '#protocol/metadata.ts';
import { publicKeyBits } from '#protocol/x509/certificate.ts';
import type { AttestationObject } from '../verification/attestation-object.ts';
import type { StatementFacts } from '../verification/attestation-statement.ts';
import { type Certificate, parseCertificate } from '../verification/certificate.ts';
import { validatePath } from '../verification/certificate-path.ts';
import { readAlgorithm } from '../verification/public-key.ts';
import type { Refuse, Rule } from '../verification/rules.ts';
import type { MetadataBlob } from './blob.ts';
import { type MetadataEntry, metadataStatement, type ParsedStatement, type StatusReport } from './entries.ts';

/** The attestation of a registration. Its statement is verified already. */
export interface VerifiedAttestation {
  object: AttestationObject;
  facts: StatementFacts;
}

/** Returns the entry of the model: by its AAGUID, or for U2F by the key of its attestation certificate. */
export function findEntry(
  { entries }: MetadataBlob,
  { object, facts }: VerifiedAttestation,
): MetadataEntry | undefined {
  const { aaguid } = object.parsed.attestedCredentialData;
  if (object.fmt !== 'fido-u2f') return entries.find((entry) => entry.aaguid?.toLowerCase() === formatAaguid(aaguid));
  const identifiers = facts.chains.flatMap(([leaf]) => (leaf ? [toHex(sha1(publicKeyBits(leaf.spki)))] : []));
  return entries.find(({ attestationCertificateKeyIdentifiers: known }) =>
    known?.some((identifier) => identifiers.includes(identifier)),
  );
}

/** Returns the roots of the model; none if its statement cannot be read. */
export function rootsOf(entry: MetadataEntry | undefined): Certificate[] {
  const parsed = metadataStatement.safeParse(entry?.metadataStatement);
  return parsed.success ? readRoots(parsed.data) : [];
}

export interface MetadataChecks {
  /** Milliseconds since the epoch. */
  now: number;
  refuse: Refuse;
  lacks: ReadonlySet<Rule>;
}

/** Checks the metadata of the model. An attestation that proves no model has no metadata. @throws {RefusalError} */
export function checkMetadata(
  entry: MetadataEntry | undefined,
  attestation: VerifiedAttestation,
  checks: MetadataChecks,
) {
  const { refuse, now } = checks;
  const { type, chains } = attestation.facts;
  if (type === 'none') return;
  if (!entry) return refuse('metadata.entry', 'attestation-untrusted', 'The metadata has no entry for this model');
  for (const report of entry.statusReports)
    if (appliesTo(report, chains, now))
      refuse('metadata.status', 'attestation-untrusted', `The metadata reports ${report.status} for this model`);
  const parsed = metadataStatement.safeParse(entry.metadataStatement);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse('metadata.statement', 'attestation-untrusted', `${issue?.path.join('.')}: ${issue?.message}`);
  }
  checkStatement(entry, parsed.data, attestation, checks);
}

/** A report about one certificate applies to the authenticators that have it. */
function appliesTo(
  { status, effectiveDate, certificate }: StatusReport,
  chains: Certificate[][],
  now: number,
): boolean {
  if (!undesiredStatuses.includes(status)) return false;
  if (effectiveDate !== undefined && Date.parse(effectiveDate) > now) return false;
  if (certificate === undefined) return true;
  const reported = new Uint8Array(Buffer.from(certificate, 'base64'));
  return chains.some((chain) => chain.some(({ der }) => equal(der, reported)));
}

function checkStatement(
  entry: MetadataEntry,
  statement: ParsedStatement,
  { object, facts }: VerifiedAttestation,
  { refuse, now, lacks }: MetadataChecks,
): void {
  const { aaguid, attestationTypes, authenticationAlgorithms: algorithms } = statement;
  if (aaguid?.toLowerCase() !== entry.aaguid?.toLowerCase())
    refuse('metadata.identifier', 'attestation-untrusted', 'The statement is about another model than its entry');
  const name = algorithmNameOf(object);
  if (name === undefined || !algorithms.includes(name))
    refuse('metadata.algorithm', 'attestation-untrusted', `The model does not have the algorithm ${name}`);
  const types = facts.type === 'self' ? ['basic_surrogate'] : ['basic_full', 'attca', 'anonca'];
  if (!types.some((type) => attestationTypes.includes(type)))
    refuse('metadata.attestation-type', 'attestation-untrusted', `The model has ${attestationTypes.join(', ')} only`);
  const roots = readRoots(statement);
  for (const chain of facts.chains) {
    const verdict = validatePath(chain, roots, now, lacks);
    if (!verdict.trusted) refuse('metadata.root', 'attestation-untrusted', verdict.why);
  }
}

function algorithmNameOf({ parsed }: AttestationObject): string | undefined {
  const alg = readAlgorithm(parsed.credentialPublicKey);
  const found = (Object.keys(coseAlgorithms) as CoseAlgorithm[]).find((name) => coseAlgorithms[name].alg === alg);
  return found && authenticationAlgorithms[found];
}

/** A root that cannot be read is no root. */
const readRoots = ({ attestationRootCertificates }: ParsedStatement): Certificate[] =>
  attestationRootCertificates.flatMap((text) => {
    try {
      return [parseCertificate(new Uint8Array(Buffer.from(text, 'base64')))];
    } catch {
      return [];
    }
  });
