/**
 * What each version of CTAP brought: commands, subcommands, members of getInfo, and the rules that differ. A persona has
 * what any of its versions has, and follows the rules of its newest.
 */

import type { ClientPinSubCommand, CommandName } from '#protocol/commands.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { AuthenticatorConfigSubCommand } from '#protocol/management.ts';
import type { CtapStatusName } from '#protocol/status.ts';
import type { CtapVersion, Persona } from './personas/persona.ts';

/** Rules that a later version replaced. */
interface VersionRules {
  /** `uv: true` where nothing can verify the user. */
  uvNotConfigured: CtapStatusName;
  /** A pinUvAuthParam without a protocol, or with one that is not supported. */
  protocolMissing: CtapStatusName;
  protocolUnsupported: CtapStatusName;
  unknownSubCommand: CtapStatusName;
  attestationFormatsPreference: boolean;
}

interface VersionProfile {
  /** The version it builds on. */
  on?: CtapVersion;
  commands: readonly CommandName[];
  clientPin: readonly ClientPinSubCommand[];
  config: readonly AuthenticatorConfigSubCommand[];
  info: readonly (keyof AuthenticatorInfo)[];
  options: readonly string[];
  rules: VersionRules;
}

const rules20: VersionRules = {
  uvNotConfigured: 'CTAP2_ERR_UNSUPPORTED_OPTION',
  protocolMissing: 'CTAP2_ERR_PIN_AUTH_INVALID',
  protocolUnsupported: 'CTAP2_ERR_PIN_AUTH_INVALID',
  unknownSubCommand: 'CTAP1_ERR_INVALID_PARAMETER',
  attestationFormatsPreference: false,
};
const rules21: VersionRules = {
  uvNotConfigured: 'CTAP2_ERR_INVALID_OPTION',
  protocolMissing: 'CTAP2_ERR_MISSING_PARAMETER',
  protocolUnsupported: 'CTAP1_ERR_INVALID_PARAMETER',
  unknownSubCommand: 'CTAP2_ERR_INVALID_SUBCOMMAND',
  attestationFormatsPreference: false,
};
const nothing = { commands: [], clientPin: [], config: [], info: [], options: [] } as const;

/** Oldest first: what stands later is newer. */
const profiles: Record<CtapVersion, VersionProfile> = {
  U2F_V2: { ...nothing, rules: rules20 },
  FIDO_2_0: {
    commands: [
      'authenticatorMakeCredential',
      'authenticatorGetAssertion',
      'authenticatorGetInfo',
      'authenticatorClientPIN',
      'authenticatorReset',
      'authenticatorGetNextAssertion',
    ],
    clientPin: ['getPINRetries', 'getKeyAgreement', 'setPIN', 'changePIN', 'getPinToken'],
    config: [],
    info: ['versions', 'extensions', 'aaguid', 'options', 'maxMsgSize', 'pinUvAuthProtocols'],
    options: ['plat', 'rk', 'clientPin', 'up', 'uv'],
    rules: rules20,
  },
  FIDO_2_1_PRE: {
    on: 'FIDO_2_0',
    commands: ['authenticatorBioEnrollmentPreview', 'authenticatorCredentialManagementPreview'],
    clientPin: [],
    config: [],
    info: ['maxCredentialCountInList', 'maxCredentialIdLength', 'transports', 'algorithms', 'firmwareVersion'],
    options: ['credentialMgmtPreview', 'userVerificationMgmtPreview'],
    rules: rules20,
  },
  FIDO_2_1: {
    on: 'FIDO_2_0',
    commands: [
      'authenticatorBioEnrollment',
      'authenticatorCredentialManagement',
      'authenticatorSelection',
      'authenticatorLargeBlobs',
      'authenticatorConfig',
    ],
    clientPin: ['getPinUvAuthTokenUsingUvWithPermissions', 'getUVRetries', 'getPinUvAuthTokenUsingPinWithPermissions'],
    config: ['enableEnterpriseAttestation', 'toggleAlwaysUv', 'setMinPINLength', 'vendorPrototype'],
    info: [
      'maxCredentialCountInList',
      'maxCredentialIdLength',
      'transports',
      'algorithms',
      'maxSerializedLargeBlobArray',
      'forcePINChange',
      'minPINLength',
      'firmwareVersion',
      'maxCredBlobLength',
      'maxRPIDsForSetMinPINLength',
      'preferredPlatformUvAttempts',
      'uvModality',
      'certifications',
      'remainingDiscoverableCredentials',
      'vendorPrototypeConfigCommands',
    ],
    options: [
      'pinUvAuthToken',
      'noMcGaPermissionsWithClientPin',
      'largeBlobs',
      'ep',
      'bioEnroll',
      'uvBioEnroll',
      'authnrCfg',
      'uvAcfg',
      'credMgmt',
      'setMinPINLength',
      'makeCredUvNotRqd',
      'alwaysUv',
    ],
    rules: rules21,
  },
  FIDO_2_3: {
    on: 'FIDO_2_1',
    commands: [],
    clientPin: [],
    config: ['enableLongTouchForReset'],
    info: [
      'attestationFormats',
      'uvCountSinceLastPinEntry',
      'longTouchForReset',
      'encIdentifier',
      'transportsForReset',
      'pinComplexityPolicy',
      'pinComplexityPolicyURL',
      'maxPINLength',
      'encCredStoreState',
      'authenticatorConfigCommands',
    ],
    options: ['perCredMgmtRO'],
    rules: { ...rules21, attestationFormatsPreference: true },
  },
};

const ordered = Object.keys(profiles) as CtapVersion[];

/** The rules of the newest version that a persona claims. */
export const rulesOf = ({ versions }: Persona): VersionRules =>
  profiles[ordered.findLast((version) => versions.includes(version)) ?? 'FIDO_2_0'].rules;

const holds = (version: CtapVersion, test: (profile: VersionProfile) => boolean): boolean => {
  const profile = profiles[version];
  return test(profile) || (profile.on !== undefined && holds(profile.on, test));
};
const any = ({ versions }: Persona, test: (profile: VersionProfile) => boolean): boolean =>
  versions.some((version) => holds(version, test));

/** Whether a version of this persona has the subcommand of clientPIN, of authenticatorConfig, the member or the option. */
export const hasClientPinSubCommand = (persona: Persona, name: ClientPinSubCommand): boolean =>
  any(persona, ({ clientPin }) => clientPin.includes(name));
export const hasConfigSubCommand = (persona: Persona, name: AuthenticatorConfigSubCommand): boolean =>
  any(persona, ({ config }) => config.includes(name));
export const hasInfoMember = (persona: Persona, name: keyof AuthenticatorInfo): boolean =>
  any(persona, ({ info }) => info.includes(name));
export const hasOption = (persona: Persona, id: string): boolean => any(persona, ({ options }) => options.includes(id));

/** What a command needs of the persona besides a version that has it. */
const needs: Partial<Record<CommandName, (persona: Persona) => boolean>> = {
  authenticatorClientPIN: ({ pinUvAuthProtocols }) => pinUvAuthProtocols.length > 0,
  authenticatorBioEnrollment: ({ features }) => features?.bioEnrollment !== undefined,
  authenticatorBioEnrollmentPreview: ({ features }) => features?.bioEnrollment !== undefined,
  authenticatorCredentialManagement: ({ features }) => features?.credentialManagement !== undefined,
  authenticatorCredentialManagementPreview: ({ features }) => features?.credentialManagement !== undefined,
  authenticatorLargeBlobs: ({ features }) => features?.largeBlobs !== undefined,
  authenticatorConfig: ({ features }) => features?.config !== undefined,
};

/** Whether the persona knows the command at all; else it answers CTAP1_ERR_INVALID_COMMAND. */
export const hasCommand = (persona: Persona, name: CommandName): boolean =>
  any(persona, ({ commands }) => commands.includes(name)) && (needs[name]?.(persona) ?? true);
