/**
 * What commands have changed on an authenticator, from each command and the status of its answer. Refused commands change nothing
 * but retry counters (CTAP 2.1 section 8), so only accepted ones count, and failed attempts to enter a PIN.
 */

import { decode } from '#protocol/cbor-reader.ts';
import { clientPinSubCommands, commandName } from '#protocol/commands.ts';
import { bioEnrollmentSubCommands } from '#protocol/management.ts';
import { type CtapStatusName, statusName } from '#protocol/status.ts';

export interface StateChanges {
  /** The PIN was set or changed, or an attempt to enter it failed. */
  pin: boolean;
  /** Built-in user verification failed, or the user did not answer. */
  verification: boolean;
  /** Only a reset restores what was changed. */
  needsReset: boolean;
  /** The large-blob array was written. */
  largeBlobs: boolean;
  /** Discoverable credentials that were stored. */
  storedCredentials: number;
  /** A reset was accepted: everything before it is gone. */
  wasReset: boolean;
}

export const noChanges = (): StateChanges => ({
  pin: false,
  verification: false,
  needsReset: false,
  largeBlobs: false,
  storedCredentials: 0,
  wasReset: false,
});

/** Adds to `changes` what this command changed. */
export function recordChanges(changes: StateChanges, request: Uint8Array, answer: Uint8Array): void {
  const status = statusName(answer[0] ?? -1);
  changes.verification ||= failedVerification.includes(status);
  changes.needsReset ||= status === 'CTAP2_ERR_PIN_BLOCKED';
  const isAccepted = status === 'CTAP2_OK';
  switch (commandName(request[0] ?? 0)) {
    case 'authenticatorReset':
      if (isAccepted) Object.assign(changes, noChanges(), { wasReset: true });
      return;
    case 'authenticatorClientPIN':
      recordPinChanges(changes, parametersOf(request)?.get(0x02), status);
      return;
    case 'authenticatorConfig':
      changes.needsReset ||= isAccepted;
      return;
    case 'authenticatorBioEnrollment':
    case 'authenticatorBioEnrollmentPreview':
      changes.needsReset ||= isAccepted && changesFingerprints(parametersOf(request)?.get(0x02));
      return;
    case 'authenticatorLargeBlobs':
      changes.largeBlobs ||= isAccepted && parametersOf(request)?.has(0x02) === true;
      return;
    case 'authenticatorMakeCredential':
      if (isAccepted && isDiscoverable(parametersOf(request))) changes.storedCredentials += 1;
      return;
    default:
  }
}

const settingPin: readonly unknown[] = [clientPinSubCommands.setPIN, clientPinSubCommands.changePIN];
const pinRefused: readonly unknown[] = [
  'CTAP2_ERR_PIN_INVALID',
  'CTAP2_ERR_PIN_AUTH_BLOCKED',
] satisfies CtapStatusName[];
const failedVerification: readonly unknown[] = [
  'CTAP2_ERR_UV_INVALID',
  'CTAP2_ERR_UV_BLOCKED',
  'CTAP2_ERR_PUAT_REQUIRED',
] satisfies CtapStatusName[];

function recordPinChanges(changes: StateChanges, subCommand: unknown, status: CtapStatusName | undefined): void {
  changes.pin ||= pinRefused.includes(status) || (status === 'CTAP2_OK' && settingPin.includes(subCommand));
}

const { enrollBegin, enrollCaptureNextSample, setFriendlyName, removeEnrollment } = bioEnrollmentSubCommands;
const changingFingerprints: readonly unknown[] = [
  enrollBegin,
  enrollCaptureNextSample,
  setFriendlyName,
  removeEnrollment,
];
const changesFingerprints = (subCommand: unknown): boolean => changingFingerprints.includes(subCommand);

const isDiscoverable = (parameters: ReadonlyMap<unknown, unknown> | undefined): boolean => {
  const options = parameters?.get(0x07);
  return options instanceof Map && options.get('rk') === true;
};

/** Returns the parameters; undefined if they are malformed, as some cases send them on purpose. */
function parametersOf(request: Uint8Array): ReadonlyMap<unknown, unknown> | undefined {
  try {
    const value = decode(request.subarray(1));
    return value instanceof Map ? value : undefined;
  } catch {
    return undefined;
  }
}
