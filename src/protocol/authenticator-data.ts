/** Authenticator data, WebAuthn L3 section 6.1: rpIdHash (32 bytes), flags (1), signCount (4), [attestedCredentialData], [extensions]. */
import { concat, uint } from '#base/bytes.ts';
import { type CborMap, type CborValue, encode } from './cbor.ts';
import { decodeFirst } from './cbor-reader.ts';
import { ProtocolViolation } from './errors.ts';

export const flag = { UP: 0x01, UV: 0x04, BE: 0x08, BS: 0x10, AT: 0x40, ED: 0x80 } as const;

export interface AttestedCredentialData {
  /** 16 bytes. */
  aaguid: Uint8Array;
  /** At most 1023 bytes. */
  credentialId: Uint8Array;
  /** COSE_Key, encoded. */
  credentialPublicKey: Uint8Array;
}

export interface AuthenticatorData {
  /** 32 bytes. */
  rpIdHash: Uint8Array;
  flags: number;
  signCount: number;
  attestedCredentialData?: AttestedCredentialData | undefined;
  extensions?: CborMap | undefined;
}

/** Encodes authenticator data. The flags AT and ED are set according to the content; the other flags are those of `flags`. */
export function encodeAuthenticatorData(data: AuthenticatorData): Uint8Array {
  const { attestedCredentialData: attested, extensions } = data;
  const flags = data.flags | (attested ? flag.AT : 0) | (extensions ? flag.ED : 0);
  const fixed = concat(data.rpIdHash, uint(flags, 1), uint(data.signCount, 4));
  if (!attested && !extensions) return fixed;
  return concat(fixed, attested ? encodeAttested(attested) : noBytes, extensions ? encode(extensions) : noBytes);
}

const noBytes = new Uint8Array();

const encodeAttested = ({ aaguid, credentialId, credentialPublicKey }: AttestedCredentialData): Uint8Array =>
  concat(aaguid, uint(credentialId.length, 2), credentialId, credentialPublicKey);

/**
 * Parses authenticator data strictly: no missing or extra bytes, and flags that match the content.
 * @throws {ProtocolViolation} with rule `authdata.*` or `cbor.*`.
 */
export function parseAuthenticatorData(bytes: Uint8Array): AuthenticatorData & { credentialPublicKey?: CborMap } {
  if (bytes.length < 37) refuse('length', 0, `expected at least 37 bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const flags = view.getUint8(32);
  const fixed = { rpIdHash: bytes.slice(0, 32), flags, signCount: view.getUint32(33) };
  const attested = flags & flag.AT ? readAttestedCredentialData(bytes, view) : undefined;
  let end = attested?.end ?? 37;
  let extensions: CborMap | undefined;
  if (flags & flag.ED) {
    const item = decodeFirst(bytes, end);
    extensions = asMap(item.value, 'extensions', end);
    end = item.end;
  }
  if (end < bytes.length) refuse('trailing', end, `${bytes.length - end} extra bytes at the end`);
  return {
    ...fixed,
    ...(attested && { attestedCredentialData: attested.data, credentialPublicKey: attested.key }),
    ...(extensions && { extensions }),
  };
}

function readAttestedCredentialData(bytes: Uint8Array, view: DataView) {
  if (bytes.length < 55) refuse('length', 37, 'the attested credential data is truncated');
  const idLength = view.getUint16(53);
  if (idLength > 1023) refuse('credential-id', 53, `expected a credential id of at most 1023 bytes, got ${idLength}`);
  const idEnd = 55 + idLength;
  if (bytes.length <= idEnd) refuse('length', 53, 'the credential id is truncated');
  const { value, end } = decodeFirst(bytes, idEnd);
  const data = {
    aaguid: bytes.slice(37, 53),
    credentialId: bytes.slice(55, idEnd),
    credentialPublicKey: bytes.slice(idEnd, end),
  };
  return { data, key: asMap(value, 'credentialPublicKey', idEnd), end };
}

function asMap(value: CborValue, member: string, offset: number): CborMap {
  return value instanceof Map ? value : refuse(member, offset, `expected ${member} to be a map`);
}

function refuse(rule: string, offset: number, message: string): never {
  throw new ProtocolViolation(
    { rule: `authdata.${rule}`, section: 'WebAuthn L3 section 6.1', offset },
    `Cannot parse authenticator data: ${message}`,
  );
}
