/**
 * DER encoder (X.690) for the types that X.509 needs. Functions take and return encoded bytes, so a caller can nest elements
 * freely, also to create certificates that violate a rule on purpose.
 */
import { concat } from '#base/bytes.ts';

/** Universal tags, X.690 section 8. */
const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Encodes an element: tag, length in the shortest definite form, content. */
function encodeElement(tagOctets: number | number[], content: Uint8Array): Uint8Array {
  return concat(new Uint8Array([tagOctets, encodeLength(content.length)].flat()), content);
}

function encodeLength(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest & 0xff);
  return [0x80 | octets.length, ...octets];
}

export const sequence = (...items: readonly Uint8Array[]): Uint8Array => encodeElement(tag.sequence, concat(...items));

/** Encodes a SET OF. DER requires the ascending order of the encoded members. */
export const setOf = (...items: readonly Uint8Array[]): Uint8Array =>
  encodeElement(tag.set, concat(...items.toSorted(Buffer.compare)));

export const boolean = (value: boolean): Uint8Array => encodeElement(tag.boolean, new Uint8Array([value ? 0xff : 0]));

/** Encodes a non-negative integer, given as a number or as big-endian bytes. */
export function integer(value: number | Uint8Array): Uint8Array {
  const bytes = typeof value === 'number' ? toBigEndian(value) : [...value];
  while (bytes.length > 1 && bytes[0] === 0 && bytes[1]! < 0x80) bytes.shift();
  if (bytes[0]! >= 0x80) bytes.unshift(0);
  return encodeElement(tag.integer, new Uint8Array(bytes));
}

function toBigEndian(value: number): number[] {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`Expected a non-negative safe integer, got ${value}`);
  const bytes = [value % 256];
  for (let rest = Math.floor(value / 256); rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return bytes;
}

/** Encodes an ENUMERATED; `value` is below 128. */
export const enumerated = (value: number): Uint8Array => encodeElement(tag.enumerated, new Uint8Array([value]));

export const octetString = (bytes: Uint8Array): Uint8Array => encodeElement(tag.octetString, bytes);

/** Encodes a BIT STRING; the last `unusedBits` bits are padding. */
export const bitString = (bytes: Uint8Array, unusedBits = 0): Uint8Array =>
  encodeElement(tag.bitString, concat(new Uint8Array([unusedBits]), bytes));

/** Encodes an OBJECT IDENTIFIER. @throws {RangeError} unless `dotted` is two or more numbers separated by dots. */
export function objectIdentifier(dotted: string): Uint8Array {
  if (!/^[0-2](\.\d+)+$/.test(dotted))
    throw new RangeError(`Expected an object identifier such as 2.5.29.15, got ${JSON.stringify(dotted)}`);
  const [first, second, ...rest] = dotted.split('.').map(Number) as [number, number, ...number[]];
  return encodeElement(tag.objectIdentifier, new Uint8Array([first * 40 + second, ...rest].flatMap(encodeBase128)));
}

function encodeBase128(arc: number): number[] {
  const digits = [arc % 128];
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) digits.unshift(0x80 | (left % 128));
  return digits;
}

export const utf8String = (text: string): Uint8Array => encodeElement(tag.utf8String, Buffer.from(text, 'utf8'));
export const printableString = (text: string): Uint8Array =>
  encodeElement(tag.printableString, Buffer.from(text, 'latin1'));

/** Encodes a date for X.509: UTCTime through 2049, GeneralizedTime from 2050 on (RFC 5280 section 4.1.2.5). */
export function time(date: Date): Uint8Array {
  const digits = `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  return date.getUTCFullYear() < 2050
    ? encodeElement(tag.utcTime, Buffer.from(digits.slice(2), 'latin1'))
    : encodeElement(tag.generalizedTime, Buffer.from(digits, 'latin1'));
}

/** Encodes a context-specific element. `constructed` is for content of complete elements (EXPLICIT); otherwise the content is raw (IMPLICIT). */
export const contextSpecific = (number: number, content: Uint8Array, constructed = true): Uint8Array =>
  encodeElement(encodeIdentifier(constructed ? 0xa0 : 0x80, number), content);

/** Tag numbers from 31 on are encoded in additional octets, X.690 section 8.1.2.4. */
const encodeIdentifier = (leading: number, number: number): number[] =>
  number < 31 ? [leading | number] : [leading | 0x1f, ...encodeBase128(number)];
