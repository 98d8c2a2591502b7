/** Client data and its serialization, WebAuthn L3 section 5.8.1 and 5.8.1.1: byte for byte what a verifier without a JSON parser expects. */
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

/** The bytes of clientDataJSON, in the order that section 5.8.1.2 ("limited verification") relies on. */
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

/** The hash of the serialized client data: what an authenticator signs over, 32 bytes. */
export const hashClientData = (clientDataJSON: Uint8Array): Uint8Array => sha256(clientDataJSON);

/** CCDToString: escapes the quote, the backslash and everything below U+0020, always as \u00xx; nothing else. */
export function ccdToString(text: string): string {
  const escaped = text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is escaped
    /["\\\u0000-\u001f]/g,
    (character) =>
      character === '"' || character === '\\'
        ? `\\${character}`
        : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${escaped}"`;
}
