/** Strict DER reader, X.690 section 10: definite, shortest lengths; single-byte tags, which is all that certificates use. */
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
} as const;

export interface DerItem {
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
  const [first, lengthByte] = [bytes[start], bytes[start + 1]];
  if (first === undefined || lengthByte === undefined) return refuse('truncated', start, 'the item has no length');
  if ((first & 0x1f) === 0x1f) refuse('tag', start, 'long tags are not used in certificates');
  const { length, at } =
    lengthByte < 0x80 ? { length: lengthByte, at: start + 2 } : longLength(bytes, start, lengthByte);
  if (at + length > bytes.length) refuse('truncated', start, 'the item ends beyond the input');
  return { tag: first, content: bytes.subarray(at, at + length), raw: bytes.subarray(start, at + length) };
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
