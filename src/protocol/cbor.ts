/**
 * CBOR for CTAP: the value types and the canonical encoder (CTAP 2.1 section 8, "Message Encoding"). `cbor-reader.ts` decodes.
 * `Raw` inserts arbitrary bytes, so that tests can create invalid encodings.
 */
import { utf8 } from '#base/bytes.ts';

export type CborKey = number | bigint | string;
export type CborMap = Map<CborKey, CborValue>;
export type CborValue = number | bigint | string | boolean | null | Uint8Array | Raw | CborValue[] | CborMap;

/** Bytes that the encoder writes unchanged, for encodings that it would not produce itself. */
export class Raw {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** Major types, RFC 8949 section 3.1. */
export const major = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7 } as const;

/** One buffer for all calls. This is safe because encoding is synchronous and the result is a copy. */
let buffer = new Uint8Array(4096);
let length = 0;

/**
 * Encodes a value in canonical form: shortest lengths, definite sizes, sorted map keys.
 * @throws {RangeError} for a floating-point number, an integer of more than 64 bits, or a type without CBOR encoding.
 */
export function encode(value: CborValue): Uint8Array {
  length = 0;
  write(value);
  return buffer.slice(0, length);
}

/** Encodes a CTAP message (CTAP 2.1 section 8): a command or status byte, followed by `value` if given. */
export function encodeMessage(firstByte: number, value?: CborValue): Uint8Array {
  length = 0;
  writeByte(firstByte);
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
  else throw new RangeError(`Cannot encode a value of type ${typeof value} as CBOR`);
}

function writeInteger(value: number | bigint): void {
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw new RangeError(`Cannot encode ${value}: CTAP allows no floating-point numbers`);
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

/** Writes short ASCII text; returns false for other text. Most texts in CTAP are short ASCII, and a loop is faster than TextEncoder. */
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

/** Writes entries as long as they are in canonical order. Returns false at the first entry that is not; earlier entries are then already written. */
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

/** Compares keys in CTAP2 canonical order: by major type, then length, then bytes. For integers this is the order of their absolute values. */
function compareKeys(a: CborKey, b: CborKey): number {
  const type = majorTypeOf(a);
  if (type !== majorTypeOf(b)) return type - majorTypeOf(b);
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  return (a < b ? -1 : a > b ? 1 : 0) * (type === major.negative ? -1 : 1);
}

function majorTypeOf(key: CborKey): number {
  if (typeof key === 'string') return major.text;
  return key < 0 ? major.negative : major.unsigned;
}

/** Compares the UTF-8 encodings by length, then bytes. For ASCII, comparing the strings has the same result. */
function compareTexts(a: string, b: string): number {
  if (isAscii(a) && isAscii(b)) return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
  return Buffer.byteLength(a) - Buffer.byteLength(b) || Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}

/** Writes initial byte and argument in the shortest form, RFC 8949 section 3. */
function writeHead(type: number, argument: number | bigint): void {
  reserve(9);
  const typeBits = type << 5;
  if (argument < 24) buffer[length++] = typeBits | Number(argument);
  else if (argument <= 0xff) writeArgument(typeBits | 24, Number(argument), 1);
  else if (argument <= 0xffff) writeArgument(typeBits | 25, Number(argument), 2);
  else if (argument <= 0xffff_ffff) writeArgument(typeBits | 26, Number(argument), 4);
  else if (argument <= 0xffff_ffff_ffff_ffffn) writeWideArgument(typeBits | 27, BigInt(argument));
  else throw new RangeError(`Cannot encode ${argument}: an integer has at most 64 bits`);
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
