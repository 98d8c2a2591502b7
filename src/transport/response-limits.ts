/**
 * Time limits for the answer to a command, regardless of keepalives: a command that needs no gesture has a short limit, so that a device
 * that always sends keepalives does not block its host. Commands that are unknown, or may wait for the user, have a long one.
 */
import { parseCommand } from '#protocol/apdu.ts';
import { type CommandName, clientPinSubCommands, commandName } from '#protocol/commands.ts';
import { ProtocolViolation } from '#protocol/errors.ts';
import { authenticatorConfigSubCommands, bioEnrollmentSubCommands } from '#protocol/management.ts';
import { decodeParameters } from './command-effects.ts';

/** For a command without a gesture. The slowest are writes to the memory of the device, which take less than a second. */
export const shortResponseLimitMs = 10_000;
/** The user has 30 seconds for each of a few gestures. */
const longResponseLimitMs = 180_000;

/** Whether a message may wait for a gesture. Parameters that are absent or cannot be decoded match no exception. */
type GestureRule = (message: Uint8Array) => boolean;

const always: GestureRule = () => true;
const never: GestureRule = () => false;

/** A rule for a command whose subcommand is in parameter `key`: no gesture for those listed. */
const unlessSubCommand =
  (key: number, ...listed: number[]): GestureRule =>
  (message) =>
    !listed.includes(decodeParameters(message)?.get(key) as number);

/** Not listed: the subcommands that return a token. A fingerprint, or consent on a display, may be required (CTAP 2.1 section 6.5.5.7). */
const clientPin = unlessSubCommand(
  0x02,
  clientPinSubCommands.getPINRetries,
  clientPinSubCommands.getUVRetries,
  clientPinSubCommands.getKeyAgreement,
  clientPinSubCommands.setPIN,
  clientPinSubCommands.changePIN,
);

const bioSubCommands = unlessSubCommand(
  0x02,
  bioEnrollmentSubCommands.cancelCurrentEnrollment,
  bioEnrollmentSubCommands.enumerateEnrollments,
  bioEnrollmentSubCommands.setFriendlyName,
  bioEnrollmentSubCommands.removeEnrollment,
  bioEnrollmentSubCommands.getFingerprintSensorInfo,
);

/** `getModality` (parameter 0x06) stands alone. */
const bioEnrollment: GestureRule = (message) =>
  decodeParameters(message)?.get(0x06) !== true && bioSubCommands(message);

const authenticatorConfig = unlessSubCommand(
  0x01,
  authenticatorConfigSubCommands.enableEnterpriseAttestation,
  authenticatorConfigSubCommands.toggleAlwaysUv,
  authenticatorConfigSubCommands.setMinPINLength,
  authenticatorConfigSubCommands.enableLongTouchForReset,
);

const mayNeedGesture: Record<CommandName, GestureRule> = {
  authenticatorMakeCredential: always,
  authenticatorGetAssertion: always,
  authenticatorGetNextAssertion: never,
  authenticatorGetInfo: never,
  authenticatorSelection: always,
  authenticatorClientPIN: clientPin,
  authenticatorReset: always,
  authenticatorBioEnrollment: bioEnrollment,
  authenticatorBioEnrollmentPreview: bioEnrollment,
  authenticatorCredentialManagement: never,
  authenticatorCredentialManagementPreview: never,
  authenticatorLargeBlobs: never,
  authenticatorConfig,
};

/** Returns the limit of a CTAP2 message, in milliseconds. */
export function responseLimitMs(message: Uint8Array): number {
  const name = commandName(message[0] ?? 0);
  return !name || mayNeedGesture[name](message) ? longResponseLimitMs : shortResponseLimitMs;
}

const [authenticate, version] = [0x02, 0x03];
/** Control byte of U2F_AUTHENTICATE that only checks whether the key handle is known. */
const checkOnly = 0x07;

/** Returns the limit of a CTAP1/U2F raw message, in milliseconds. */
export function u2fResponseLimitMs(apdu: Uint8Array): number {
  try {
    const { ins, p1 } = parseCommand(apdu);
    const isQuick = ins === version || (ins === authenticate && p1 === checkOnly);
    return isQuick ? shortResponseLimitMs : longResponseLimitMs;
  } catch (error) {
    if (error instanceof ProtocolViolation) return longResponseLimitMs;
    throw error;
  }
}
