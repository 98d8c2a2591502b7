/** Client data and its serialization, WebAuthn L3 section 5.8.1 and 5.8.1.1. The bytes suit verifiers without a JSON parser. */
import { toBase64url, utf8 } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';

export interface CollectedClientData {
  type: 'webauthn.create' | 'webauthn.get';
  challenge: Uint8Array;
  origin: string;
  crossOrigin: boolean;
  /** Only with `crossOrigin`. */
  topOrigin?: string | undefined;
}

/** Returns the bytes of clientDataJSON. Section 5.8.1.2 ("limited verification") relies on the order of the members. */
export function serializeClientData({ type, challenge, origin, crossOrigin, topOrigin }: CollectedClientData) {
  const members = [
    `"type":${ccdToString(type)}`,
    `"challenge":${ccdToString(toBase64url(challenge))}`,
    `"origin":${ccdToString(origin)}`,
    `"crossOrigin":${crossOrigin}`,
  ];
  if (crossOrigin && topOrigin !== undefined) members.push(`"topOrigin":${ccdToString(topOrigin)}`);
  return utf8(`{${members.join(',')}}`);
}

/** Returns the hash of the serialized client data that the authenticator signs, 32 bytes. */
export const hashClientData = (clientDataJSON: Uint8Array): Uint8Array => sha256(clientDataJSON);

/** CCDToString: escapes the quote and the backslash, and every character below U+0020 as \u00xx; nothing else. */
export function ccdToString(text: string): string {
  const escaped = text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are what has to be escaped
    /["\\\u0000-\u001f]/g,
    (character) =>
      character === '"' || character === '\\'
        ? `\\${character}`
        : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${escaped}"`;
}
