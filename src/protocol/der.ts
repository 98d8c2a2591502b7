/**
 * DER writer (X.690) for what X.509 needs. Values are encoded bytes, so a caller can nest anything, right or wrong:
 * certificates that break a rule on purpose are built from the same pieces.
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

/** One element: tag, definite length in its shortest form, content. */
function element(tagOctets: number | number[], content: Uint8Array): Uint8Array {
  return concat(new Uint8Array([tagOctets, lengthOctets(content.length)].flat()), content);
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest & 0xff);
  return [0x80 | octets.length, ...octets];
}

export const sequence = (...items: readonly Uint8Array[]): Uint8Array => element(tag.sequence, concat(...items));

/** Members in ascending order of their encodings, as DER demands. */
export const setOf = (...items: readonly Uint8Array[]): Uint8Array =>
  element(tag.set, concat(...items.toSorted(Buffer.compare)));

export const boolean = (value: boolean): Uint8Array => element(tag.boolean, new Uint8Array([value ? 0xff : 0]));

/** A non-negative integer: from a number, or from its big-endian bytes. */
export function integer(value: number | Uint8Array): Uint8Array {
  const bytes = typeof value === 'number' ? numberBytes(value) : [...value];
  while (bytes.length > 1 && bytes[0] === 0 && bytes[1]! < 0x80) bytes.shift();
  if (bytes[0]! >= 0x80) bytes.unshift(0);
  return element(tag.integer, new Uint8Array(bytes));
}

function numberBytes(value: number): number[] {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`cannot write ${value} as a non-negative INTEGER`);
  const bytes = [value % 256];
  for (let rest = Math.floor(value / 256); rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return bytes;
}

/** A value below 128. */
export const enumerated = (value: number): Uint8Array => element(tag.enumerated, new Uint8Array([value]));

export const octetString = (bytes: Uint8Array): Uint8Array => element(tag.octetString, bytes);

/** `unusedBits` of the last byte are padding. */
export const bitString = (bytes: Uint8Array, unusedBits = 0): Uint8Array =>
  element(tag.bitString, concat(new Uint8Array([unusedBits]), bytes));

/** @throws {RangeError} unless `dotted` is at least two arcs of decimal digits. */
export function objectIdentifier(dotted: string): Uint8Array {
  if (!/^[0-2](\.\d+)+$/.test(dotted)) throw new RangeError(`not an object identifier: ${JSON.stringify(dotted)}`);
  const [first, second, ...rest] = dotted.split('.').map(Number) as [number, number, ...number[]];
  return element(tag.objectIdentifier, new Uint8Array([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(arc: number): number[] {
  const digits = [arc % 128];
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) digits.unshift(0x80 | (left % 128));
  return digits;
}

export const utf8String = (text: string): Uint8Array => element(tag.utf8String, Buffer.from(text, 'utf8'));
export const printableString = (text: string): Uint8Array => element(tag.printableString, Buffer.from(text, 'latin1'));

/** A date as X.509 wants it: UTCTime through 2049, GeneralizedTime from 2050 on (RFC 5280 section 4.1.2.5). */
export function time(date: Date): Uint8Array {
  const digits = `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  return date.getUTCFullYear() < 2050
    ? element(tag.utcTime, Buffer.from(digits.slice(2), 'latin1'))
    : element(tag.generalizedTime, Buffer.from(digits, 'latin1'));
}

/** A context-specific element: `constructed` wraps whole elements (EXPLICIT), otherwise the content is raw (IMPLICIT). */
export const contextSpecific = (number: number, content: Uint8Array, constructed = true): Uint8Array =>
  element(identifierOctets(constructed ? 0xa0 : 0x80, number), content);

/** From 31 on the number stands in octets of its own, X.690 section 8.1.2.4. */
const identifierOctets = (leading: number, number: number): number[] =>
  number < 31 ? [leading | number] : [leading | 0x1f, ...base128(number)];
