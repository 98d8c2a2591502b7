/** Building blocks for defects: functions that change a request, a response or authenticator data. Those for maps and bytes are in `#protocol/edits.ts`. */
import { concat } from '#base/bytes.ts';
import type { AttestedCredentialData, AuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import type { CommandName } from '#protocol/commands.ts';
import type { Bytes, Edit } from '#protocol/edits.ts';
import { CtapError } from '#protocol/errors.ts';
import type { CtapStatusName } from '#protocol/status.ts';
import type { CertificateTemplate } from '#protocol/x509/certificate.ts';
import type { FaultChanges } from '../fault-hooks.ts';

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
