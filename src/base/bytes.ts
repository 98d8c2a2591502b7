/** Pure functions on bytes: concatenation, comparison, hex, base64url, UTF-8, big-endian integers and AAGUID text. */

/** Returns the parts joined in a new array. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Returns a copy of the bytes from `from` to before `to`. `Buffer.slice` would return a view, so it is not used. */
export const copyOf = (bytes: Uint8Array, from: number, to: number): Uint8Array =>
  Uint8Array.prototype.slice.call(bytes, from, to);

/** Returns whether both arrays contain the same bytes. Not constant-time: compare secrets with `sameBytes` of `#protocol/crypto.ts`. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** `Buffer` is several times faster than a loop, but a page (the HTML report) does not have it. */
const hasBuffer = typeof Buffer !== 'undefined';

/** Returns lower-case hex. */
export const toHex = (bytes: Uint8Array): string =>
  hasBuffer
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
    : Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** @throws {RangeError} unless `hex` is an even number of hex digits. */
export function fromHex(hex: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/i.test(hex))
    throw new RangeError(`Expected an even number of hex digits, got ${JSON.stringify(hex.slice(0, 40))}`);
  if (hasBuffer) return new Uint8Array(Buffer.from(hex, 'hex'));
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16));
}

/** Returns base64url without padding. */
export const toBase64url = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');

/** @throws {RangeError} for characters outside the URL-safe alphabet, for padding, and for an impossible length (RFC 4648 section 5). */
export function fromBase64url(text: string): Uint8Array {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1)
    throw new RangeError(`Expected base64url, got ${JSON.stringify(text.slice(0, 40))}`);
  return new Uint8Array(Buffer.from(text, 'base64url'));
}

const encoder = new TextEncoder();
/** Returns the UTF-8 encoding of `text`. */
export const utf8 = (text: string): Uint8Array => encoder.encode(text);

/** Returns a string with one character for each byte, to use bytes as the key of a Map. */
export const mapKey = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

/** Returns `value` as a big-endian unsigned integer of `width` bytes. */
export function uint(value: number, width: 1 | 2 | 4): Uint8Array {
  const bytes = new Uint8Array(width);
  for (let index = width - 1, rest = value; index >= 0; index--, rest = Math.floor(rest / 256))
    bytes[index] = rest & 0xff;
  return bytes;
}

/** Returns the UUID text of an AAGUID (16 bytes), in lower case with dashes. */
export function formatAaguid(bytes: Uint8Array): string {
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Returns the 16 bytes of an AAGUID. @throws {RangeError} unless `text` is a UUID. */
export function parseAaguid(text: string): Uint8Array {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text))
    throw new RangeError(`Expected an AAGUID (a UUID), got ${JSON.stringify(text)}`);
  return fromHex(text.replaceAll('-', ''));
}
