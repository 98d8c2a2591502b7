/**
 * Decodes the response that a relying party got: client data as JSON, attestation object and authenticator data in diagnostic notation.
 * Never throws, because most responses are broken on purpose. Runs in the page.
 */

import { toHex } from '#base/bytes.ts';
import { messageOf } from '#base/errors.ts';
import { describeAuthenticatorData, describeCbor } from '#report/html/decode-wire.ts';

/** A member of a response, with its bytes. */
export interface DecodedMember {
  name: string;
  /** Decoded text. */
  text: string;
  /** Hex; undefined if the member has no bytes. */
  hex: string | undefined;
}

const decoders: Readonly<Record<string, (bytes: Uint8Array) => string>> = {
  clientDataJSON: (bytes) => formatJson(new TextDecoder().decode(bytes)),
  attestationObject: describeCbor,
  authenticatorData: describeAuthenticatorData,
};

/** Returns the members that have bytes, decoded, and the whole response. */
export function decodeResponse(text: string): DecodedMember[] {
  const members = Object.entries(membersOf(text)).flatMap(([name, value]): DecodedMember[] => {
    const decode = decoders[name];
    const bytes = typeof value === 'string' && decode ? fromBase64url(value) : undefined;
    return decode && bytes ? [{ name, text: safely(() => decode(bytes)), hex: toHex(bytes) }] : [];
  });
  return [...members, { name: 'Response as sent', text: formatJson(text), hex: undefined }];
}

function membersOf(text: string): object {
  try {
    const { response } = JSON.parse(text) as { response?: unknown };
    return typeof response === 'object' && response !== null ? response : {};
  } catch {
    return {};
  }
}

function safely(decode: () => string): string {
  try {
    return decode();
  } catch (error) {
    return `/ Cannot be decoded: ${messageOf(error)} /`;
  }
}

/** Returns JSON with indentation; other text unchanged. */
function formatJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** `Buffer` is not in the page. Returns undefined for text that is not base64url. */
function fromBase64url(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
      character.charCodeAt(0),
    );
  } catch {
    return undefined;
  }
}
