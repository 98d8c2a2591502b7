/** The few ways in which rows change something: members of a map, members of one command's answer, attested data, bytes. */

import { concat } from '#base/bytes.ts';
import type { AttestedCredentialData, AuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import type { CommandName } from '#protocol/commands.ts';
import type { CertificateTemplate } from '../attestation/x509.ts';
import type { Change } from '../fault-hooks.ts';

type Bytes = (bytes: Uint8Array) => Uint8Array;
type Edit = (map: CborMap) => CborMap;

/** Sets a member. */
export const put =
  (key: CborKey, value: CborValue): Edit =>
  (map) =>
    new Map(map).set(key, value);

/** Takes a member away. */
export const drop =
  (key: CborKey): Edit =>
  (map) =>
    new Map([...map].filter(([name]) => name !== key));

/** Changes a member that is there. */
export const edit =
  (key: CborKey, change: (value: CborValue) => CborValue): Edit =>
  (map) => {
    const value = map.get(key);
    return value === undefined ? map : put(key, change(value))(map);
  };

/** Changes a member that is a map. */
export const within = (key: CborKey, change: Edit): Edit =>
  edit(key, (value) => (value instanceof Map ? change(value) : value));

/** Changes a member that is a byte string. */
export const bytesOf = (key: CborKey, change: Bytes): Edit =>
  edit(key, (value) => (value instanceof Uint8Array ? change(value) : value));

/** Changes a member that is a list. */
export const listOf = (key: CborKey, change: (items: CborValue[]) => CborValue): Edit =>
  edit(key, (value) => (Array.isArray(value) ? change(value) : value));

/** Changes the successful answers of one command. */
export const inAnswer = (command: CommandName, change: Edit): Change => ({
  response: (members, name) => (name === command ? change(members) : members),
});

/** Changes what one command believes that it was asked. */
export const inRequest = (command: CommandName, change: Edit): Change => ({
  request: (parameters, name) => (name === command ? change(parameters) : parameters),
});

/** Changes the attested credential data of registrations, before they are signed. */
export const inAttested = (
  change: (data: AttestedCredentialData) => Partial<AttestedCredentialData> | undefined,
): Change => ({
  authData({ attestedCredentialData: data, ...rest }: AuthenticatorData) {
    const changed = data && change(data);
    return data && changed ? { ...rest, attestedCredentialData: { ...data, ...changed } } : rest;
  },
});

/** Changes authenticator data of assertions only. */
export const atSignIn = (change: (data: AuthenticatorData) => AuthenticatorData): Change => ({
  authData: (data) => (data.attestedCredentialData ? data : change(data)),
});

/** Changes authenticator data of registrations only. */
export const atRegistration = (change: (data: AuthenticatorData) => AuthenticatorData): Change => ({
  authData: (data) => (data.attestedCredentialData ? change(data) : data),
});

/** Changes fields of the attestation certificate before it is signed. */
export const inCertificate = (change: (template: CertificateTemplate) => Partial<CertificateTemplate>): Change => ({
  certificate: (template) => ({ ...template, ...change(template) }),
});

/** Changes the CBOR of successful answers that have any, as bytes. */
export const inBody = (change: Bytes): Change => ({
  answer: (answer) =>
    answer.length > 1 && answer[0] === 0 ? concat(answer.subarray(0, 1), change(answer.subarray(1))) : answer,
});

export const append =
  (...more: number[]): Bytes =>
  (bytes) =>
    concat(bytes, new Uint8Array(more));

/** The bytes without the last `count`. */
export const shorten =
  (count: number): Bytes =>
  (bytes) =>
    bytes.slice(0, Math.max(0, bytes.length - count));

/** Inverts bits of one byte; a negative index counts from the end. */
export const flip =
  (index: number, bits = 0x01): Bytes =>
  (bytes) => {
    const changed = bytes.slice();
    const at = index < 0 ? changed.length + index : index;
    if (at >= 0 && at < changed.length) changed[at]! ^= bits;
    return changed;
  };

export const zeros: Bytes = (bytes) => new Uint8Array(bytes.length);
