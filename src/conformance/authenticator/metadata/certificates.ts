/** The few parts of certificates that the comparison with a metadata statement needs. RFC 5280 section 4.1. */
import { equal } from '#base/bytes.ts';

interface Element {
  tag: number;
  content: Uint8Array;
  /** The element with its tag and length. */
  whole: Uint8Array;
}

/** Returns the DER element at the start of the bytes; undefined if there is no complete one. */
function readElement(bytes: Uint8Array): Element | undefined {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) return undefined;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (lengthBytes > 4) return undefined;
  let length = first;
  if (lengthBytes > 0) length = bytes.subarray(2, 2 + lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0);
  const start = 2 + lengthBytes;
  if (bytes.length < start + length) return undefined;
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(0, start + length) };
}

/** Returns whether the bytes are one complete DER sequence. */
export const isDerSequence = (bytes: Uint8Array): boolean => {
  const element = readElement(bytes);
  return element?.tag === 0x30 && element.whole.length === bytes.length;
};

function readElements(bytes: Uint8Array): Element[] {
  const element = readElement(bytes);
  return element ? [element, ...readElements(bytes.subarray(element.whole.length))] : [];
}

/** Returns issuer and subject of a certificate, each with its DER encoding; undefined if it cannot be read. */
export function readNames(certificate: Uint8Array): { issuer: Uint8Array; subject: Uint8Array } | undefined {
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
