/**
 * Certification path validation for attestation, RFC 5280 section 6.1: from the leaf of `x5c` to a configured trust anchor.
 * Revocation is not checked here (FIDO metadata reports it). Name constraints and certificate policies do not occur in attestation
 * certificates: a critical one is refused. The critical extensions of the leaf are checked with its statement, because each format
 * processes others.
 */
import { equal } from '#base/bytes.ts';
import { BoundedCache } from './bounded-cache.ts';
import {
  type Certificate,
  canSignCertificates,
  findUnprocessedCritical,
  pathExtensions,
  readBasicConstraints,
} from './certificate.ts';

export type PathVerdict = { trusted: true } | { trusted: false; why: string };

/** A path from a leaf to an anchor, with why each certificate cannot be trusted at any time. */
type CheckedPath = readonly { certificate: Certificate; problem: string | undefined }[];

/**
 * Validates `chain` (leaf first, each certificate signed by the next) against `anchors`. The path ends at the first certificate that is
 * an anchor or is issued by one; certificates after it are not used, but each must have issued the one before it. `now` is in milliseconds since the epoch.
 */
export function validatePath(chain: readonly Certificate[], anchors: readonly Certificate[], now: number): PathVerdict {
  const { paths, linkProblem } = checkChain(chain, anchors);
  if (paths.length === 0) return { trusted: false, why: 'No configured root issued the chain' };
  if (hasDuplicates(chain)) return { trusted: false, why: 'A certificate occurs twice' };
  const problems = paths.map((path) => findPathProblem(path, now));
  const [first] = problems;
  const why = problems.includes(undefined) ? linkProblem : first;
  return why === undefined ? { trusted: true } : { trusted: false, why };
}

const hasDuplicates = (chain: readonly Certificate[]): boolean =>
  new Set(chain.map(({ fingerprint }) => fingerprint)).size < chain.length;

interface CheckedChain {
  paths: CheckedPath[];
  /** Why the certificates are not a chain. */
  linkProblem: string | undefined;
}

/** By the certificates of chain and anchors: many keys of one model have the same. The time is not part of them. */
const checkedChains = new BoundedCache<CheckedChain>(256);
/** Fingerprints of all anchors of a list that cannot change. */
const fingerprints = new WeakMap<readonly Certificate[], string>();

function checkChain(chain: readonly Certificate[], anchors: readonly Certificate[]): CheckedChain {
  const key = `${joinFingerprints(chain)} ${describeAnchors(anchors)}`;
  return checkedChains.get(key, () => ({
    paths: listCheckedPaths(chain, anchors),
    linkProblem: findLinkProblem(chain),
  }));
}

const joinFingerprints = (list: readonly Certificate[]): string => list.map(({ fingerprint }) => fingerprint).join();

function describeAnchors(anchors: readonly Certificate[]): string {
  const known = fingerprints.get(anchors);
  if (known !== undefined) return known;
  const all = joinFingerprints(anchors);
  if (Object.isFrozen(anchors)) fingerprints.set(anchors, all);
  return all;
}

/** Returns which certificate of x5c was not issued by the next one. */
function findLinkProblem(chain: readonly Certificate[]): string | undefined {
  for (const [index, certificate] of chain.entries()) {
    const issuer = chain[index + 1];
    if (!issuer) return undefined;
    if (!equal(certificate.issuer, issuer.subject) || !certificate.isSignedBy(issuer))
      return `Certificate ${index}: the next certificate did not issue it`;
  }
  return undefined;
}

/** Returns every path from the leaf to an anchor, the shortest first, with the checks that do not depend on the time. */
function listCheckedPaths(chain: readonly Certificate[], anchors: readonly Certificate[]): CheckedPath[] {
  return chain.flatMap((certificate, index) =>
    listIssuingAnchors(certificate, anchors).map((end) => {
      const path = [...chain.slice(0, index + 1), ...end];
      return path.map((link, position) => ({ certificate: link, problem: findProblem(path, position) }));
    }),
  );
}

/** Returns the ends of paths that lead on from `certificate`: none if it is an anchor itself, otherwise each anchor with the name of its issuer. */
function listIssuingAnchors(certificate: Certificate, anchors: readonly Certificate[]): Certificate[][] {
  if (anchors.some(({ fingerprint }) => fingerprint === certificate.fingerprint)) return [[]];
  return anchors.filter(({ subject }) => equal(subject, certificate.issuer)).map((anchor) => [anchor]);
}

/** Checks the dates of every certificate, and returns the first problem of the path. */
function findPathProblem(path: CheckedPath, now: number): string | undefined {
  for (const [index, { certificate, problem }] of path.entries()) {
    const found = findDateProblem(certificate, now) ?? problem;
    if (found !== undefined) return `Certificate ${index}: ${found}`;
  }
  return undefined;
}

function findDateProblem({ notBefore, notAfter }: Certificate, now: number): string | undefined {
  if (now < notBefore) return 'not valid yet';
  return now > notAfter ? 'expired' : undefined;
}

function findProblem(path: readonly Certificate[], index: number): string | undefined {
  const [certificate, issuer] = path.slice(index, index + 2);
  const critical = certificate && index > 0 ? findUnprocessedCritical(certificate, pathExtensions) : undefined;
  if (critical !== undefined) return `critical extension ${critical} is not supported`;
  return certificate && issuer ? findIssuerProblem(path, index, certificate, issuer) : undefined;
}

/** Returns why `issuer`, the next certificate, cannot have issued `certificate`, number `index` of the path. */
function findIssuerProblem(
  path: readonly Certificate[],
  index: number,
  certificate: Certificate,
  issuer: Certificate,
): string | undefined {
  if (!equal(certificate.issuer, issuer.subject)) return 'its issuer is not the subject of the next certificate';
  const constraints = readBasicConstraints(issuer);
  if (issuer.version !== 3 || !constraints?.ca) return 'its issuer is not a certification authority';
  if (!canSignCertificates(issuer)) return 'its issuer may not sign certificates';
  const intermediates = path.slice(1, index + 1).filter(({ subject, issuer: by }) => !equal(subject, by)).length;
  if (constraints.pathLength !== undefined && intermediates > constraints.pathLength)
    return 'the path below its issuer is too long';
  return certificate.isSignedBy(issuer) ? undefined : 'its signature does not verify under its issuer';
}
