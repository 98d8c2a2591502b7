/** Reads DER elements, as far as checks of certificates need it. X.690 section 8. */

export interface DerElement {
  tag: number;
  content: Uint8Array;
  /** The element with its tag and length. */
  whole: Uint8Array;
}

/** Returns the DER element at the start of the bytes; undefined if there is no complete one. */
export function readElement(bytes: Uint8Array): DerElement | undefined {
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

export function readElements(bytes: Uint8Array): DerElement[] {
  const element = readElement(bytes);
  return element ? [element, ...readElements(bytes.subarray(element.whole.length))] : [];
}
