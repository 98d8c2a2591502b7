/** Building blocks for defects: functions that change members of a map, a request, a response, authenticator data or bytes. */
import { concat } from '#base/bytes.ts';
import type { AttestedCredentialData, AuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import type { CommandName } from '#protocol/commands.ts';
import { CtapError } from '#protocol/errors.ts';
import type { CtapStatusName } from '#protocol/status.ts';
import type { CertificateTemplate } from '#protocol/x509/certificate.ts';
import type { FaultChanges } from '../fault-hooks.ts';

type Bytes = (bytes: Uint8Array) => Uint8Array;
type Edit = (map: CborMap) => CborMap;

/** Returns a function that sets a member of a map. */
export const setMember =
  (key: CborKey, value: CborValue): Edit =>
  (map) =>
    new Map(map).set(key, value);

/** Returns a function that deletes a member of a map. */
export const deleteMember =
  (key: CborKey): Edit =>
  (map) =>
    new Map([...map].filter(([name]) => name !== key));

/** Returns a function that changes a member of a map, if the map has it. */
export const editMember =
  (key: CborKey, change: (value: CborValue) => CborValue): Edit =>
  (map) => {
    const value = map.get(key);
    return value === undefined ? map : setMember(key, change(value))(map);
  };

/** Returns a function that changes a member that is a map. */
export const editMap = (key: CborKey, change: Edit): Edit =>
  editMember(key, (value) => (value instanceof Map ? change(value) : value));

/** Returns a function that changes a member that is a byte string. */
export const editBytes = (key: CborKey, change: Bytes): Edit =>
  editMember(key, (value) => (value instanceof Uint8Array ? change(value) : value));

/** Returns a function that changes a member that is a list. */
export const editList = (key: CborKey, change: (items: CborValue[]) => CborValue): Edit =>
  editMember(key, (value) => (Array.isArray(value) ? change(value) : value));

/** Changes the successful responses of one command. */
export const editResponse = (command: CommandName, change: Edit): FaultChanges => ({
  response: (members, name) => (name === command ? change(members) : members),
});

/** Changes the parameters of requests of one command before the command reads them. */
export const editRequest = (command: CommandName, change: Edit): FaultChanges => ({
  request: (parameters, name) => (name === command ? change(parameters) : parameters),
});

/** Refuses requests of one command with `status`, before the command reads them. */
export const refuseRequest = (
  command: CommandName,
  isRefused: (parameters: CborMap) => boolean,
  status: CtapStatusName,
): FaultChanges => ({
  request(parameters, name) {
    if (name === command && isRefused(parameters)) throw new CtapError(status);
    return parameters;
  },
});

/** Changes the attested credential data of registrations before it is signed. */
export const editAttestedData = (
  change: (data: AttestedCredentialData) => Partial<AttestedCredentialData> | undefined,
): FaultChanges => ({
  authData({ attestedCredentialData: data, ...rest }: AuthenticatorData) {
    const changed = data && change(data);
    return data && changed ? { ...rest, attestedCredentialData: { ...data, ...changed } } : rest;
  },
});

/** Changes authenticator data of assertions, not of registrations. */
export const editAssertionData = (change: (data: AuthenticatorData) => AuthenticatorData): FaultChanges => ({
  authData: (data) => (data.attestedCredentialData ? data : change(data)),
});

/** Changes authenticator data of registrations, not of assertions. */
export const editRegistrationData = (change: (data: AuthenticatorData) => AuthenticatorData): FaultChanges => ({
  authData: (data) => (data.attestedCredentialData ? change(data) : data),
});

/** Changes fields of the attestation certificate before it is signed. */
export const editCertificate = (
  change: (template: CertificateTemplate) => Partial<CertificateTemplate>,
): FaultChanges => ({
  certificate: (template) => ({ ...template, ...change(template) }),
});

/** Changes the encoded CBOR of successful responses that have content. */
export const editResponseBytes = (change: Bytes): FaultChanges => ({
  answer: (answer) =>
    answer.length > 1 && answer[0] === 0 ? concat(answer.subarray(0, 1), change(answer.subarray(1))) : answer,
});

/** Returns a function that appends bytes. */
export const appendBytes =
  (...more: number[]): Bytes =>
  (bytes) =>
    concat(bytes, new Uint8Array(more));

/** Returns a function that removes the last `count` bytes. */
export const dropLastBytes =
  (count: number): Bytes =>
  (bytes) =>
    bytes.slice(0, Math.max(0, bytes.length - count));

/** Returns a function that inverts `bits` of one byte; a negative index counts from the end. */
export const flipBits =
  (index: number, bits = 0x01): Bytes =>
  (bytes) => {
    const changed = bytes.slice();
    const at = index < 0 ? changed.length + index : index;
    if (at >= 0 && at < changed.length) changed[at]! ^= bits;
    return changed;
  };

/** Returns as many zero bytes. */
export const zeroBytes: Bytes = (bytes) => new Uint8Array(bytes.length);
