/** The few parts of certificates that the comparison with a metadata statement needs. RFC 5280 section 4.1. */
import { equal } from '#base/bytes.ts';
import { readElement, readElements } from '../der-reader.ts';

/** Returns issuer and subject of a certificate, each with its DER encoding; undefined if it cannot be read. */
function readNames(certificate: Uint8Array): { issuer: Uint8Array; subject: Uint8Array } | undefined {
  const [signed] = readElements(readElement(certificate)?.content ?? new Uint8Array());
  const members = readElements(signed?.content ?? new Uint8Array());
  const afterVersion = members[0]?.tag === 0xa0 ? members.slice(1) : members;
  // Serial number, signature algorithm, issuer, validity, subject.
  const [, , issuer, , subject] = afterVersion;
  return issuer && subject && { issuer: issuer.whole, subject: subject.whole };
}

/** Returns whether one of the roots is the certificate itself, or has the name of its issuer. */
export function isIssuedByOneOf(certificate: Uint8Array, roots: readonly Uint8Array[]): boolean {
  const names = readNames(certificate);
  return roots.some((root) => {
    const subject = readNames(root)?.subject;
    return equal(root, certificate) || (names !== undefined && subject !== undefined && equal(subject, names.issuer));
  });
}
