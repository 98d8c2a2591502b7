/** JSON Web Signature, compact serialisation (RFC 7515 section 7.1). */
import { toBase64url, utf8 } from '#base/bytes.ts';

export function signJws(header: object, payload: object, sign: (data: Uint8Array) => Uint8Array): string {
  const input = [header, payload].map((part) => toBase64url(utf8(JSON.stringify(part)))).join('.');
  return `${input}.${toBase64url(sign(utf8(input)))}`;
}
