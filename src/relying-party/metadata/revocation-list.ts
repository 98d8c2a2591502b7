/** Certificate revocation lists, RFC 5280 section 5, as far as the chain of a metadata BLOB needs them. */
import { equal, toHex } from '#base/bytes.ts';
import { verifyWithHash } from '../crypto.ts';
import type { Certificate } from '../verification/certificate.ts';
import { parseTime } from '../verification/certificate-time.ts';
import { contextTag, type DerItem, formatOid, readItems, readOne, tag } from '../verification/der-reader.ts';
import type { Problem } from '../verification/rules.ts';

export interface RevocationList {
  /** For messages: the revocation list, and where it comes from if that is known. */
  name: string;
  /** DER of the Name. */
  issuer: Uint8Array;
  /** Milliseconds since the epoch. */
  thisUpdate: number;
  nextUpdate: number;
  /** Serial numbers, in hex. */
  revoked: ReadonlySet<string>;
  isSignedBy(issuer: Certificate): boolean;
}

/** Hash by object identifier of the signature algorithm. */
const hashes: Readonly<Record<string, string>> = {
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
};

/** Parses a complete list in DER. @throws {ProtocolViolation} with rule `der.*` or `x509.*`, {RangeError} if it is something else. */
export function parseRevocationList(der: Uint8Array, name = 'the revocation list'): RevocationList {
  const [tbs, algorithm, signature] = readItems(readOne(der, tag.sequence).content);
  const fields = tbs ? readItems(tbs.content) : [];
  if (fields[0]?.tag === tag.integer) fields.shift(); // version
  const [, issuer, thisUpdate, nextUpdate, entries] = fields;
  if (!tbs || !algorithm || !signature || !issuer || !thisUpdate || !nextUpdate)
    throw new RangeError('Cannot read the revocation list: fields are missing');
  requireComplete(fields.find((field) => field.tag === contextTag(0)));
  const revoked = entries?.tag === tag.sequence ? readItems(entries.content) : [];
  const hash = hashes[formatOid(readItems(algorithm.content)[0]?.content ?? new Uint8Array())];
  return {
    name,
    issuer: issuer.raw,
    thisUpdate: parseTime(thisUpdate),
    nextUpdate: parseTime(nextUpdate),
    revoked: new Set(revoked.map(serialOf)),
    isSignedBy: ({ publicKey }) =>
      hash !== undefined && verifyWithHash(publicKey, { hash, signed: tbs.raw, signature: signature.content.slice(1) }),
  };
}

/** The only critical extension that a list may have defines which certificates it covers (RFC 5280 sections 5.2 and 5.2.5). */
const issuingDistributionPoint = '2.5.29.28';
/** onlySomeReasons, indirectCRL and onlyContainsAttributeCerts. */
const partialTags: readonly number[] = [0x83, 0x84, 0x85];

/** @throws {RangeError} for a list that has only a part of the revoked certificates of its authority, and for an indirect one. */
function requireComplete(extensions: DerItem | undefined): void {
  if (!extensions) return;
  for (const { content } of readItems(readOne(extensions.content, tag.sequence).content)) {
    const [id, ...rest] = readItems(content);
    const value = rest.at(-1);
    if (!id || !value || rest[0]?.tag !== tag.boolean) continue; // it is not critical
    const isScope = formatOid(id.content) === issuingDistributionPoint;
    const members = isScope ? readItems(readOne(value.content, tag.sequence).content) : [];
    if (!isScope || members.some((member) => partialTags.includes(member.tag)))
      throw new RangeError(`Cannot use the revocation list: it has the critical extension ${formatOid(id.content)}`);
  }
}

const serialOf = ({ content }: DerItem): string => toHex(readItems(content)[0]?.content ?? new Uint8Array());

/** Returns why a certificate of a chain must not be used, or why that cannot be found out. Each is issued by one of the others. */
export function findRevocationProblem(
  certificates: readonly Certificate[],
  lists: readonly RevocationList[],
  now: number,
): Problem | undefined {
  for (const certificate of certificates)
    for (const list of lists.filter(({ issuer }) => equal(issuer, certificate.issuer))) {
      const problem = findProblem(certificate, list, certificates, now);
      if (problem) return problem;
    }
  return undefined;
}

function findProblem(
  { serial }: Certificate,
  list: RevocationList,
  certificates: readonly Certificate[],
  now: number,
): Problem | undefined {
  const issuers = certificates.filter(({ subject }) => equal(subject, list.issuer));
  if (!issuers.some((issuer) => list.isSignedBy(issuer)))
    return ['blob.revocation-list', `Expected the signature of its authority on ${list.name}`];
  if (now < list.thisUpdate || now > list.nextUpdate)
    return [
      'blob.revocation-list',
      `Expected ${list.name} to be current, found one for ${day(list.thisUpdate)} to ${day(list.nextUpdate)}`,
    ];
  return list.revoked.has(toHex(serial)) ? ['blob.revoked', 'A certificate of the BLOB is revoked'] : undefined;
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
