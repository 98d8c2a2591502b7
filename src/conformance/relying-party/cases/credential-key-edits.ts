/** Changes of a credential public key, and the rows for its coordinates: WebAuthn L3 section 5.8.5, RFC 9053. */
import { concat } from '#base/bytes.ts';
import { type CborMap, type CborValue, encode } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { appendBytes, deleteMember, dropLastBytes, editBytes, setMember } from '#protocol/edits.ts';
import type { Change } from '../relying-party-case.ts';
import { type Rows, refuse } from './define.ts';

export const members = 'key.members';
export const point = 'key.point';
export const structure = 'auth-data.structure';
export const keyBytes = (change: (bytes: Uint8Array) => Uint8Array): Change => ({
  authenticator: {
    authData: (data) =>
      data.attestedCredentialData
        ? {
            ...data,
            attestedCredentialData: {
              ...data.attestedCredentialData,
              credentialPublicKey: change(data.attestedCredentialData.credentialPublicKey),
            },
          }
        : data,
  },
});
export const key = (change: (members: CborMap) => CborValue): Change =>
  keyBytes((bytes) => encode(change(decode(bytes) as CborMap)));
export const set = (name: number, value: CborValue): Change => key(setMember(name, value));
export const remove = (name: number): Change => key(deleteMember(name));
export const edit = (name: number, change: (bytes: Uint8Array) => Uint8Array): Change => key(editBytes(name, change));
export const padFront = (bytes: Uint8Array): Uint8Array => concat(new Uint8Array(1), bytes);

/** Rows for a member that is a byte string of fixed length. */
export const coordinateRows = (name: string, id: number, curve: string): Rows<Change> => ({
  [`${curve}.${name}.missing`]: refuse(members, `${name} of a key on ${curve} is missing`, remove(id)),
  [`${curve}.${name}.short`]: refuse(
    members,
    `${name} of a key on ${curve} is missing its last byte`,
    edit(id, dropLastBytes(1)),
  ),
  [`${curve}.${name}.long`]: refuse(members, `${name} of a key on ${curve} has a byte more`, edit(id, appendBytes(0))),
  [`${curve}.${name}.padded`]: refuse(
    members,
    `${name} of a key on ${curve} has a leading zero more`,
    edit(id, padFront),
  ),
  [`${curve}.${name}.empty`]: refuse(
    members,
    `${name} of a key on ${curve} is empty`,
    edit(id, () => new Uint8Array()),
  ),
  [`${curve}.${name}.text`]: refuse(members, `${name} of a key on ${curve} is text`, set(id, 'x'.repeat(32))),
  [`${curve}.${name}.number`]: refuse(members, `${name} of a key on ${curve} is a number`, set(id, 1)),
});
