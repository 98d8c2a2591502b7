/**
 * Certification path validation for attestation, RFC 5280 section 6.1: from the leaf of `x5c` to a configured trust anchor.
 * Revocation is not checked here (FIDO metadata reports it). Name constraints and certificate policies do not occur in attestation
 * certificates: a critical one is refused.
 */
import { equal } from '#base/bytes.ts';
import { type Certificate, canSignCertificates, listUnprocessedCritical, readBasicConstraints } from './certificate.ts';

export type PathVerdict = { trusted: true } | { trusted: false; why: string };

/**
 * Validates `chain` (leaf first, each certificate signed by the next) against `anchors`, which may contain the last certificate of the
 * chain or its issuer. `now` is in milliseconds since the epoch.
 */
export function validatePath(chain: readonly Certificate[], anchors: readonly Certificate[], now: number): PathVerdict {
  const verdicts = listPathsToAnchors(chain, anchors).map((path) => findPathProblem(path, now));
  if (verdicts.length === 0) return { trusted: false, why: 'No configured root issued the chain' };
  const problem = verdicts.includes(undefined) ? undefined : verdicts[0];
  return problem === undefined ? { trusted: true } : { trusted: false, why: problem };
}

/** Returns every path from the leaf to an anchor: its last certificate is an anchor, or an anchor has the name of its issuer. */
function listPathsToAnchors(chain: readonly Certificate[], anchors: readonly Certificate[]): Certificate[][] {
  const last = chain.at(-1);
  if (!last) return [];
  if (anchors.some(({ der }) => equal(der, last.der))) return [[...chain]];
  return anchors.filter(({ subject }) => equal(subject, last.issuer)).map((anchor) => [...chain, anchor]);
}

function findPathProblem(path: readonly Certificate[], now: number): string | undefined {
  if (hasDuplicates(path)) return 'A certificate occurs twice';
  for (const [index, certificate] of path.entries()) {
    const problem = findCertificateProblem(certificate, now) ?? findIssuerProblem(path, index);
    if (problem) return `Certificate ${index}: ${problem}`;
  }
  return undefined;
}

const hasDuplicates = (path: readonly Certificate[]): boolean =>
  new Set(path.map(({ der }) => Buffer.from(der).toString('latin1'))).size < path.length;

function findCertificateProblem(certificate: Certificate, now: number): string | undefined {
  if (now < certificate.notBefore) return 'not valid yet';
  if (now > certificate.notAfter) return 'expired';
  const critical = listUnprocessedCritical(certificate);
  return critical.length > 0 ? `critical extension ${critical[0]} is not supported` : undefined;
}

/** Returns why the next certificate cannot be the issuer of `path[index]`. The last certificate is the anchor and has no issuer here. */
function findIssuerProblem(path: readonly Certificate[], index: number): string | undefined {
  const [certificate, issuer] = path.slice(index, index + 2);
  if (!certificate || !issuer) return undefined;
  if (!equal(certificate.issuer, issuer.subject)) return 'its issuer is not the subject of the next certificate';
  const constraints = readBasicConstraints(issuer);
  if (issuer.version !== 3 || !constraints?.ca) return 'its issuer is not a certification authority';
  if (!canSignCertificates(issuer)) return 'its issuer may not sign certificates';
  const intermediates = path.slice(1, index + 1).filter(({ subject, issuer: by }) => !equal(subject, by)).length;
  if (constraints.pathLength !== undefined && intermediates > constraints.pathLength)
    return 'the path below its issuer is too long';
  return certificate.isSignedBy(issuer) ? undefined : 'its signature does not verify under its issuer';
}
