/** Strict DER reader, X.690 section 10: lengths must be definite and as short as possible. Tag numbers above 30 occur in Android's key descriptions only. */
import { ProtocolViolation } from '#protocol/errors.ts';

export const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  enumerated: 0x0a,
} as const;

/** Returns the tag of a constructed context-specific element, in the form of `DerItem.tag`. */
export const contextTag = (number: number): number => (number < 31 ? 0xa0 | number : longTag(0xbf, number));

const longTag = (first: number, number: number): number => first * 2 ** 21 + number;

export interface DerItem {
  /** The identifier octet; for a long tag see `contextTag`. */
  tag: number;
  /** Content octets. */
  content: Uint8Array;
  /** Tag, length and content. */
  raw: Uint8Array;
}

/** Reads all items in `bytes`. @throws {ProtocolViolation} with rule `der.*`. */
export function readItems(bytes: Uint8Array): DerItem[] {
  const items: DerItem[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const item = readItem(bytes, offset);
    items.push(item);
    offset += item.raw.length;
  }
  return items;
}

/** Reads `bytes` as exactly one item with tag `expected`. @throws {ProtocolViolation} with rule `der.*`. */
export function readOne(bytes: Uint8Array, expected: number): DerItem {
  const item = readItem(bytes, 0);
  if (item.raw.length < bytes.length) refuse('trailing', item.raw.length, 'bytes follow the item');
  if (item.tag !== expected)
    refuse('tag', 0, `expected tag 0x${expected.toString(16)}, got 0x${item.tag.toString(16)}`);
  return item;
}

function readItem(bytes: Uint8Array, start: number): DerItem {
  const { tag: found, end } = readTag(bytes, start);
  const lengthByte = bytes[end];
  if (lengthByte === undefined) return refuse('truncated', start, 'the item has no length');
  const { length, at } =
    lengthByte < 0x80 ? { length: lengthByte, at: end + 1 } : longLength(bytes, end - 1, lengthByte);
  if (at + length > bytes.length) refuse('truncated', start, 'the item ends beyond the input');
  return { tag: found, content: bytes.subarray(at, at + length), raw: bytes.subarray(start, at + length) };
}

function readTag(bytes: Uint8Array, start: number): { tag: number; end: number } {
  const first = bytes[start];
  if (first === undefined) return refuse('truncated', start, 'the item has no tag');
  if ((first & 0x1f) !== 0x1f) return { tag: first, end: start + 1 };
  let number = 0;
  for (let at = start + 1; at < start + 4; at++) {
    const octet = bytes[at];
    if (octet === undefined) return refuse('truncated', start, 'the tag is cut off');
    number = number * 128 + (octet & 0x7f);
    if (octet < 0x80) return { tag: longTag(first, number), end: at + 1 };
  }
  return refuse('tag', start, 'the tag number is 2^21 or more');
}

function longLength(bytes: Uint8Array, start: number, lengthByte: number): { length: number; at: number } {
  const width = lengthByte & 0x7f;
  if (width === 0) refuse('indefinite', start, 'indefinite lengths are not allowed');
  if (width > 3) refuse('length', start, 'the length is 16 MiB or more');
  const at = start + 2 + width;
  const length = bytes.subarray(start + 2, at).reduce((value, byte) => value * 256 + byte, 0);
  if (length < 0x80 || length < 256 ** (width - 1))
    refuse('non-minimal', start, 'the length is not in its shortest form');
  return { length, at };
}

/** Returns the dotted form of an object identifier's content octets. */
export function formatOid(content: Uint8Array): string {
  const arcs: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(value);
      value = 0;
    }
  }
  const [first = 0, ...rest] = arcs;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...rest].join('.');
}

function refuse(rule: string, offset: number, message: string): never {
  throw new ProtocolViolation(
    { rule: `der.${rule}`, section: 'X.690 section 10', offset },
    `Cannot read DER: ${message}`,
  );
}
