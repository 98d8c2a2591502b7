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
import type { Problem, Rule } from './rules.ts';

export type PathVerdict = { trusted: true } | { trusted: false; rule: Rule; why: string };

/** A path from a leaf to an anchor, with why each certificate cannot be trusted at any time. */
type CheckedPath = readonly { certificate: Certificate; problems: readonly Problem[] }[];

/**
 * Validates `chain` (leaf first, each certificate signed by the next) against `anchors`. The path ends at the first certificate that is
 * an anchor or is issued by one; certificates after it are not used, but each must have issued the one before it. `now` is in milliseconds
 * since the epoch; violations of the rules in `lacks` do not count.
 */
export function validatePath(
  chain: readonly Certificate[],
  anchors: readonly Certificate[],
  now: number,
  lacks: ReadonlySet<Rule> = new Set(),
): PathVerdict {
  const { paths, linkProblem } = checkChain(chain, anchors);
  const findFirst = (problems: readonly Problem[]) => problems.find(([rule]) => !lacks.has(rule));
  const found =
    paths.length === 0
      ? findFirst([['path.anchor', 'No configured root issued the chain']])
      : (findFirst(hasDuplicates(chain) ? [['path.duplicate', 'A certificate occurs twice']] : []) ??
        findPathsProblem(paths.map((path) => findFirst(listProblems(path, now)))) ??
        findFirst(linkProblem ? [linkProblem] : []));
  return found ? { trusted: false, rule: found[0], why: found[1] } : { trusted: true };
}

/** One path without a problem is enough; otherwise the problem of the first path counts. */
const findPathsProblem = (problems: readonly (Problem | undefined)[]): Problem | undefined =>
  problems.includes(undefined) ? undefined : problems[0];

const hasDuplicates = (chain: readonly Certificate[]): boolean =>
  new Set(chain.map(({ fingerprint }) => fingerprint)).size < chain.length;

interface CheckedChain {
  paths: CheckedPath[];
  /** Why the certificates are not a chain. */
  linkProblem: Problem | undefined;
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
function findLinkProblem(chain: readonly Certificate[]): Problem | undefined {
  for (const [index, certificate] of chain.entries()) {
    const issuer = chain[index + 1];
    if (!issuer) return undefined;
    if (!equal(certificate.issuer, issuer.subject) || !certificate.isSignedBy(issuer))
      return ['path.order', `Certificate ${index}: the next certificate did not issue it`];
  }
  return undefined;
}

/** Returns every path from the leaf to an anchor, the shortest first, with the checks that do not depend on the time. */
function listCheckedPaths(chain: readonly Certificate[], anchors: readonly Certificate[]): CheckedPath[] {
  return chain.flatMap((certificate, index) =>
    listIssuingAnchors(certificate, anchors).map((end) => {
      const path = [...chain.slice(0, index + 1), ...end];
      return path.map((link, position) => ({ certificate: link, problems: [...findProblems(path, position)] }));
    }),
  );
}

/** Returns the ends of paths that lead on from `certificate`: none if it is an anchor itself, otherwise each anchor with the name of its issuer. */
function listIssuingAnchors(certificate: Certificate, anchors: readonly Certificate[]): Certificate[][] {
  if (anchors.some(({ fingerprint }) => fingerprint === certificate.fingerprint)) return [[]];
  return anchors.filter(({ subject }) => equal(subject, certificate.issuer)).map((anchor) => [anchor]);
}

/** Returns the problems of the path in the order of its certificates; the dates come first. */
function listProblems(path: CheckedPath, now: number): Problem[] {
  return path.flatMap(({ certificate, problems }, index) => {
    const dateProblem = findDateProblem(certificate, now);
    const all: readonly Problem[] = dateProblem ? [['path.date', dateProblem], ...problems] : problems;
    return all.map(([rule, detail]): Problem => [rule, `Certificate ${index}: ${detail}`]);
  });
}

function findDateProblem({ notBefore, notAfter }: Certificate, now: number): string | undefined {
  if (now < notBefore) return 'not valid yet';
  return now > notAfter ? 'expired' : undefined;
}

function* findProblems(path: readonly Certificate[], index: number): Generator<Problem> {
  const [certificate, issuer] = path.slice(index, index + 2);
  const critical = certificate && index > 0 ? findUnprocessedCritical(certificate, pathExtensions) : undefined;
  if (critical !== undefined) yield ['path.critical-extension', `critical extension ${critical} is not supported`];
  if (certificate && issuer) yield* findIssuerProblems(path, index, certificate, issuer);
}

/** Yields why `issuer`, the next certificate, cannot have issued `certificate`, number `index` of the path. */
function* findIssuerProblems(
  path: readonly Certificate[],
  index: number,
  certificate: Certificate,
  issuer: Certificate,
): Generator<Problem> {
  if (!equal(certificate.issuer, issuer.subject))
    yield ['path.issuer-name', 'its issuer is not the subject of the next certificate'];
  const constraints = readBasicConstraints(issuer);
  if (issuer.version !== 3 || !constraints?.ca) yield ['path.authority', 'its issuer is not a certification authority'];
  if (!canSignCertificates(issuer)) yield ['path.key-usage', 'its issuer may not sign certificates'];
  const intermediates = path.slice(1, index + 1).filter(({ subject, issuer: by }) => !equal(subject, by)).length;
  if (constraints?.pathLength !== undefined && intermediates > constraints.pathLength)
    yield ['path.length', 'the path below its issuer is too long'];
  if (!certificate.isSignedBy(issuer)) yield ['path.signature', 'its signature does not verify under its issuer'];
}
