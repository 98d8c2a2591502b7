/**
 * CBOR as CTAP writes it: the value types and the canonical encoder (CTAP 2.1 section 8, "Message Encoding").
 * Reading is `cbor-reader.ts`. Deliberately bad bytes are spliced in with `Raw`.
 */
import { utf8 } from '#base/bytes.ts';

export type CborKey = number | bigint | string;
export type CborMap = Map<CborKey, CborValue>;
export type CborValue = number | bigint | string | boolean | null | Uint8Array | Raw | CborValue[] | CborMap;

/** Bytes that are written as they stand, for encodings that the encoder would never produce. */
export class Raw {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** Major types, RFC 8949 section 3.1. */
export const major = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7 } as const;

/** One buffer serves all calls: encoding is synchronous and the result is copied out. */
let buffer = new Uint8Array(4096);
let length = 0;

/**
 * Encodes with the shortest lengths, definite sizes and sorted map keys.
 * @throws {RangeError} for a float, an integer beyond 64 bits or a type that CBOR does not have.
 */
export function encode(value: CborValue): Uint8Array {
  length = 0;
  write(value);
  return buffer.slice(0, length);
}

/** A CTAP message (CTAP 2.1 section 8): a command's code or a status, then its parameters or members where there are any. */
export function encodeMessage(first: number, value?: CborValue): Uint8Array {
  length = 0;
  writeByte(first);
  if (value !== undefined) write(value);
  return buffer.slice(0, length);
}

function write(value: CborValue): void {
  if (typeof value === 'number' || typeof value === 'bigint') writeInteger(value);
  else if (typeof value === 'string') writeText(value);
  else if (typeof value === 'boolean') writeByte(value ? 0xf5 : 0xf4);
  else if (value === null) writeByte(0xf6);
  else if (value instanceof Uint8Array) writeByteString(value);
  else if (value instanceof Map) writeMap(value);
  else if (Array.isArray(value)) writeArray(value);
  else if (value instanceof Raw) writeBytes(value.bytes);
  else throw new RangeError(`cannot encode ${typeof value} as CBOR`);
}

function writeInteger(value: number | bigint): void {
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw new RangeError(`cannot encode ${value}: CTAP has no floats`);
  if (value >= 0) writeHead(major.unsigned, value);
  else writeHead(major.negative, typeof value === 'bigint' ? -1n - value : -1 - value);
}

function writeByteString(bytes: Uint8Array): void {
  writeHead(major.bytes, bytes.length);
  writeBytes(bytes);
}

function writeText(text: string): void {
  if (text.length < 24 && writeShortAscii(text)) return;
  const bytes = utf8(text);
  writeHead(major.text, bytes.length);
  writeBytes(bytes);
}

/** Nearly every text of CTAP is one: faster by hand than through the runtime's encoder. False when it is another after all. */
function writeShortAscii(text: string): boolean {
  reserve(1 + text.length);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return false;
    buffer[length + 1 + index] = code;
  }
  buffer[length] = (major.text << 5) | text.length;
  length += 1 + text.length;
  return true;
}

function writeArray(items: readonly CborValue[]): void {
  writeHead(major.array, items.length);
  for (const item of items) write(item);
}

function writeMap(map: CborMap): void {
  writeHead(major.map, map.size);
  const start = length;
  if (writeSorted(map)) return;
  length = start;
  writeSorted([...map].sort(([a], [b]) => compareKeys(a, b)));
}

/** False, with some of them written, when the entries are not in canonical order. */
function writeSorted(entries: Iterable<[CborKey, CborValue]>): boolean {
  let previous: CborKey | undefined;
  for (const [key, value] of entries) {
    if (previous !== undefined && compareKeys(previous, key) > 0) return false;
    previous = key;
    write(key);
    write(value);
  }
  return true;
}

/** CTAP2 canonical key order: major type, then length, then bytes. For integers that is the order of their magnitude. */
function compareKeys(a: CborKey, b: CborKey): number {
  const type = majorOf(a);
  if (type !== majorOf(b)) return type - majorOf(b);
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  return (a < b ? -1 : a > b ? 1 : 0) * (type === major.negative ? -1 : 1);
}

function majorOf(key: CborKey): number {
  if (typeof key === 'string') return major.text;
  return key < 0 ? major.negative : major.unsigned;
}

/** By the bytes of UTF-8; two texts of the same length in ASCII compare alike. */
function compareTexts(a: string, b: string): number {
  if (isAscii(a) && isAscii(b)) return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
  return Buffer.byteLength(a) - Buffer.byteLength(b) || Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}

/** Initial byte and argument in the shortest form, RFC 8949 section 3. */
function writeHead(type: number, argument: number | bigint): void {
  reserve(9);
  const top = type << 5;
  if (argument < 24) buffer[length++] = top | Number(argument);
  else if (argument <= 0xff) writeArgument(top | 24, Number(argument), 1);
  else if (argument <= 0xffff) writeArgument(top | 25, Number(argument), 2);
  else if (argument <= 0xffff_ffff) writeArgument(top | 26, Number(argument), 4);
  else if (argument <= 0xffff_ffff_ffff_ffffn) writeWideArgument(top | 27, BigInt(argument));
  else throw new RangeError(`cannot encode ${argument}: integers end at 64 bits`);
}

function writeArgument(initial: number, argument: number, width: number): void {
  buffer[length++] = initial;
  for (let shift = 8 * (width - 1); shift >= 0; shift -= 8) buffer[length++] = argument >>> shift;
}

function writeWideArgument(initial: number, argument: bigint): void {
  buffer[length++] = initial;
  new DataView(buffer.buffer).setBigUint64(length, argument);
  length += 8;
}

function writeByte(byte: number): void {
  reserve(1);
  buffer[length++] = byte;
}

function writeBytes(bytes: Uint8Array): void {
  reserve(bytes.length);
  buffer.set(bytes, length);
  length += bytes.length;
}

function reserve(size: number): void {
  if (length + size <= buffer.length) return;
  const larger = new Uint8Array(Math.max(buffer.length * 2, length + size));
  larger.set(buffer.subarray(0, length));
  buffer = larger;
}
