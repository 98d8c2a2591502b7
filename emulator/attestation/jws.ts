/** JSON Web Signatures (RFC 7515). */
import { toBase64url, utf8 } from '#base/bytes.ts';

/** Returns the compact serialization (RFC 7515 section 7.1). `sign` gets the signing input as bytes. */
export function signJws(header: object, payload: object, sign: (data: Uint8Array) => Uint8Array): string {
  const input = [header, payload].map((part) => toBase64url(utf8(JSON.stringify(part)))).join('.');
  return `${input}.${toBase64url(sign(utf8(input)))}`;
}
