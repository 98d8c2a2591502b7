/**
 * Certification path validation for attestation, RFC 5280 section 6.1: from the leaf of `x5c` to a configured trust anchor.
 * Revocation is metadata's business (FIDO MDS), name constraints and policies do not occur in attestation: a critical one is refused.
 */
import { equal } from '#base/bytes.ts';
import { basicConstraints, type Certificate, maySignCertificates, unprocessedCritical } from './certificate.ts';

export type PathVerdict = { trusted: true } | { trusted: false; why: string };

/** `chain`: leaf first, each certified by the next. `anchors` may contain the last of the chain or its issuer. `now` in milliseconds. */
export function validatePath(chain: readonly Certificate[], anchors: readonly Certificate[], now: number): PathVerdict {
  const verdicts = pathsToAnchors(chain, anchors).map((path) => problemOf(path, now));
  if (verdicts.length === 0) return { trusted: false, why: 'no configured root issued the chain' };
  const problem = verdicts.includes(undefined) ? undefined : verdicts[0];
  return problem === undefined ? { trusted: true } : { trusted: false, why: problem };
}

/** Every way the chain reaches an anchor: the anchor's own certificate is its last, or an anchor of that name issued its last. */
function pathsToAnchors(chain: readonly Certificate[], anchors: readonly Certificate[]): Certificate[][] {
  const last = chain.at(-1);
  if (!last) return [];
  if (anchors.some(({ der }) => equal(der, last.der))) return [[...chain]];
  return anchors.filter(({ subject }) => equal(subject, last.issuer)).map((anchor) => [...chain, anchor]);
}

function problemOf(path: readonly Certificate[], now: number): string | undefined {
  if (hasDuplicates(path)) return 'a certificate occurs twice';
  for (const [index, certificate] of path.entries()) {
    const problem = certificateProblem(certificate, now) ?? issuerProblem(path, index);
    if (problem) return `certificate ${index}: ${problem}`;
  }
  return undefined;
}

const hasDuplicates = (path: readonly Certificate[]): boolean =>
  new Set(path.map(({ der }) => Buffer.from(der).toString('latin1'))).size < path.length;

function certificateProblem(certificate: Certificate, now: number): string | undefined {
  if (now < certificate.notBefore) return 'not valid yet';
  if (now > certificate.notAfter) return 'expired';
  const critical = unprocessedCritical(certificate);
  return critical.length > 0 ? `critical extension ${critical[0]} is not understood` : undefined;
}

/** What is wrong with the issuer of `path[index]` as its issuer; the last certificate is the anchor and has none. */
function issuerProblem(path: readonly Certificate[], index: number): string | undefined {
  const certificate = path[index]!;
  const issuer = path[index + 1];
  if (!issuer) return undefined;
  if (!equal(certificate.issuer, issuer.subject)) return 'its issuer is not the subject of the next certificate';
  const constraints = basicConstraints(issuer);
  if (issuer.version !== 3 || !constraints?.ca) return 'its issuer is not a certification authority';
  if (!maySignCertificates(issuer)) return 'its issuer may not sign certificates';
  const intermediates = path.slice(1, index + 1).filter(({ subject, issuer: by }) => !equal(subject, by)).length;
  if (constraints.pathLength !== undefined && intermediates > constraints.pathLength)
    return 'the path below its issuer is too long';
  return certificate.isSignedBy(issuer) ? undefined : 'its signature does not verify under its issuer';
}
