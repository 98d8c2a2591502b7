/**
 * What each CTAP message may change on a security key, from its command and sub-command. Unknown commands and sub-commands,
 * and messages that cannot be decoded, count as destructive.
 */

import type { CborValue } from '#protocol/cbor.ts';
import { inspect } from '#protocol/cbor-reader.ts';
import { type CommandName, clientPinSubCommands, commandName } from '#protocol/commands.ts';
import { bioEnrollmentSubCommands, credentialManagementSubCommands } from '#protocol/management.ts';

/** `harmless`: changes nothing that lasts; `pin-attempt`: may use up a PIN retry; otherwise why it is destructive. */
export type CommandEffect = 'harmless' | 'pin-attempt' | { destroys: string };

export type CommandParameters = ReadonlyMap<unknown, CborValue>;

/** Decodes the parameters of a CTAP message; undefined if they are not one canonical CBOR map. */
export function decodeParameters(message: Uint8Array): CommandParameters | undefined {
  const { value, findings } = inspect(message.subarray(1));
  return value instanceof Map && findings.length === 0 ? value : undefined;
}

/** Returns the effect of a CTAP message. */
export function effectOf(message: Uint8Array): CommandEffect {
  const name = commandName(message[0] ?? 0);
  return name ? effects[name](decodeParameters(message)) : { destroys: 'the effect of this command is unknown' };
}

type EffectRule = (parameters: CommandParameters | undefined) => CommandEffect;

const harmless: EffectRule = () => 'harmless';

/** A rule for a command whose effect depends on the sub-command in parameter `key`: harmless if listed, otherwise destructive. */
const harmlessSubCommands =
  (key: number, listed: readonly number[], destroys: string): EffectRule =>
  (parameters) =>
    listed.includes(parameters?.get(key) as number) ? 'harmless' : { destroys };

const pinAttempts: readonly unknown[] = [
  clientPinSubCommands.getPinToken,
  clientPinSubCommands.getPinUvAuthTokenUsingPinWithPermissions,
];

const harmlessClientPin = harmlessSubCommands(
  0x02,
  [
    clientPinSubCommands.getPINRetries,
    clientPinSubCommands.getKeyAgreement,
    clientPinSubCommands.getUVRetries,
    clientPinSubCommands.getPinUvAuthTokenUsingUvWithPermissions,
  ],
  'it would set or change the PIN',
);

const clientPin: EffectRule = (parameters) =>
  pinAttempts.includes(parameters?.get(0x02)) ? 'pin-attempt' : harmlessClientPin(parameters);

const credentialManagement = harmlessSubCommands(
  0x01,
  [
    credentialManagementSubCommands.getCredsMetadata,
    credentialManagementSubCommands.enumerateRPsBegin,
    credentialManagementSubCommands.enumerateRPsGetNextRP,
    credentialManagementSubCommands.enumerateCredentialsBegin,
    credentialManagementSubCommands.enumerateCredentialsGetNextCredential,
  ],
  'it would delete or change a credential',
);

const harmlessBioEnrollment = harmlessSubCommands(
  0x02,
  [
    bioEnrollmentSubCommands.enumerateEnrollments,
    bioEnrollmentSubCommands.getFingerprintSensorInfo,
    bioEnrollmentSubCommands.cancelCurrentEnrollment,
  ],
  'it would change the fingerprints',
);

/** `getModality` (parameter 0x06) stands alone and only reads. */
const bioEnrollment: EffectRule = (parameters) =>
  parameters?.get(0x06) === true && !parameters.has(0x02) ? 'harmless' : harmlessBioEnrollment(parameters);

/** `get` (parameter 0x01) reads, `set` (parameter 0x02) writes. */
const largeBlobs: EffectRule = (parameters) =>
  parameters?.has(0x01) && !parameters.has(0x02) ? 'harmless' : { destroys: 'it would overwrite the large blobs' };

const effects: Record<CommandName, EffectRule> = {
  authenticatorMakeCredential: harmless,
  authenticatorGetAssertion: harmless,
  authenticatorGetNextAssertion: harmless,
  authenticatorGetInfo: harmless,
  authenticatorSelection: harmless,
  authenticatorClientPIN: clientPin,
  authenticatorReset: () => ({ destroys: 'a reset deletes every credential' }),
  authenticatorBioEnrollment: bioEnrollment,
  authenticatorBioEnrollmentPreview: bioEnrollment,
  authenticatorCredentialManagement: credentialManagement,
  authenticatorCredentialManagementPreview: credentialManagement,
  authenticatorLargeBlobs: largeBlobs,
  authenticatorConfig: () => ({ destroys: 'it would permanently change the configuration' }),
};
