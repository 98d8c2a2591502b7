/** Strict DER reader, X.690 section 10: definite, shortest lengths. Tag numbers from 31 on occur only in Android's key descriptions. */
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

/** The tag of a constructed context-specific element, as `DerItem.tag` has it. */
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

/** Reads all items of `bytes`, one after the other. @throws {ProtocolViolation} with rule `der.*`. */
export function readItems(bytes: Uint8Array): DerItem[] {
  const items: DerItem[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const item = readItem(bytes, offset);
    items.push(item);
    offset += item.raw.length;
  }
  return items;
}

/** Reads the one item that `bytes` are, of tag `wanted`. @throws {ProtocolViolation} with rule `der.*`. */
export function readOne(bytes: Uint8Array, wanted: number): DerItem {
  const item = readItem(bytes, 0);
  if (item.raw.length < bytes.length) refuse('trailing', item.raw.length, 'bytes follow the item');
  if (item.tag !== wanted) refuse('tag', 0, `found tag 0x${item.tag.toString(16)}, wanted 0x${wanted.toString(16)}`);
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
  return refuse('tag', start, 'the tag number is beyond 2^21');
}

function longLength(bytes: Uint8Array, start: number, lengthByte: number): { length: number; at: number } {
  const width = lengthByte & 0x7f;
  if (width === 0) refuse('indefinite', start, 'indefinite lengths are not allowed');
  if (width > 3) refuse('length', start, 'the length is beyond 16 MiB');
  const at = start + 2 + width;
  const length = bytes.subarray(start + 2, at).reduce((value, byte) => value * 256 + byte, 0);
  if (length < 0x80 || length < 256 ** (width - 1))
    refuse('non-minimal', start, 'the length is not in its shortest form');
  return { length, at };
}

/** Dotted text of an OID's content octets. */
export function oidText(content: Uint8Array): string {
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
  throw new ProtocolViolation(`der.${rule}`, 'X.690 section 10', offset, `cannot read DER: ${message}`);
}
