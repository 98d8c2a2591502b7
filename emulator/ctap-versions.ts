/**
 * What each CTAP version defines: commands, subcommands, getInfo members and options, and the rules that differ between versions.
 * A persona has what any of its versions defines, and follows the rules of the newest.
 */

import type { ClientPinSubCommand, CommandName } from '#protocol/commands.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { AuthenticatorConfigSubCommand } from '#protocol/management.ts';
import type { CtapStatusName } from '#protocol/status.ts';
import type { CtapVersion, Persona } from './personas/persona.ts';

/** The version whose steps makeCredential and getAssertion follow: CTAP 2.0 sections 5.1 and 5.2, or CTAP 2.1 sections 6.1.2 and 6.2.2. */
export type CredentialSteps = 'CTAP 2.0' | 'CTAP 2.1';

/** Rules that differ between versions. */
interface VersionRules {
  credentialSteps: CredentialSteps;
  unknownSubCommand: CtapStatusName;
  /** Every subcommand of clientPIN takes a protocol (CTAP 2.0 section 5.5: Required). */
  protocolRequiredInClientPin: boolean;
  /** What minPINLength counts: CTAP 2.0 section 5.5.1 and CTAP 2.1 section 6.5.1. */
  pinLengthUnit: 'bytes' | 'code points';
  /** Whether a new PIN may be padded to more than 64 bytes: CTAP 2.0 section 5.5.5, "minimum 64 bytes". */
  longPinPadding: boolean;
  attestationFormatsPreference: boolean;
}

interface VersionProfile {
  /** The version that this one extends. */
  extends?: CtapVersion;
  commands: readonly CommandName[];
  clientPin: readonly ClientPinSubCommand[];
  config: readonly AuthenticatorConfigSubCommand[];
  info: readonly (keyof AuthenticatorInfo)[];
  options: readonly string[];
  rules: VersionRules;
}

const rules20: VersionRules = {
  credentialSteps: 'CTAP 2.0',
  unknownSubCommand: 'CTAP1_ERR_INVALID_PARAMETER',
  protocolRequiredInClientPin: true,
  pinLengthUnit: 'bytes',
  longPinPadding: true,
  attestationFormatsPreference: false,
};
/** The clientPIN command of the draft is that of CTAP 2.1. */
const rules21Pre: VersionRules = {
  ...rules20,
  protocolRequiredInClientPin: false,
  pinLengthUnit: 'code points',
  longPinPadding: false,
};
const rules21: VersionRules = {
  ...rules21Pre,
  credentialSteps: 'CTAP 2.1',
  unknownSubCommand: 'CTAP2_ERR_INVALID_SUBCOMMAND',
};
const noAdditions = { commands: [], clientPin: [], config: [], info: [], options: [] } as const;

/** From the oldest to the newest version. */
const profiles: Record<CtapVersion, VersionProfile> = {
  U2F_V2: { ...noAdditions, rules: rules20 },
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
    extends: 'FIDO_2_0',
    commands: ['authenticatorBioEnrollmentPreview', 'authenticatorCredentialManagementPreview'],
    clientPin: [],
    config: [],
    info: ['maxCredentialCountInList', 'maxCredentialIdLength', 'transports', 'algorithms', 'firmwareVersion'],
    options: ['credentialMgmtPreview', 'userVerificationMgmtPreview'],
    rules: rules21Pre,
  },
  FIDO_2_1: {
    extends: 'FIDO_2_0',
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
    extends: 'FIDO_2_1',
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

const oldestFirst = Object.keys(profiles) as CtapVersion[];

/** Returns the rules of the newest version of a persona. */
export const rulesOf = ({ versions }: Persona): VersionRules =>
  profiles[oldestFirst.findLast((version) => versions.includes(version)) ?? 'FIDO_2_0'].rules;

type Defined = 'commands' | 'clientPin' | 'config' | 'info' | 'options';

/** What each version defines, together with the version that it extends. */
const definitions = {} as Record<CtapVersion, Record<Defined, ReadonlySet<string>>>;
for (const version of oldestFirst) {
  const profile = profiles[version];
  const inherited = profile.extends && definitions[profile.extends];
  const define = (what: Defined) => new Set<string>([...(inherited?.[what] ?? []), ...profile[what]]);
  definitions[version] = {
    commands: define('commands'),
    clientPin: define('clientPin'),
    config: define('config'),
    info: define('info'),
    options: define('options'),
  };
}

const isDefined = ({ versions }: Persona, what: Defined, name: string): boolean =>
  versions.some((version) => definitions[version][what].has(name));

/** Whether a version of this persona defines the clientPIN subcommand, config subcommand, getInfo member or option. */
export const hasClientPinSubCommand = (persona: Persona, name: ClientPinSubCommand): boolean =>
  isDefined(persona, 'clientPin', name);
export const hasConfigSubCommand = (persona: Persona, name: AuthenticatorConfigSubCommand): boolean =>
  isDefined(persona, 'config', name);
export const hasInfoMember = (persona: Persona, name: keyof AuthenticatorInfo): boolean =>
  isDefined(persona, 'info', name);
export const hasOption = (persona: Persona, id: string): boolean => isDefined(persona, 'options', id);

/** What a command requires of the persona in addition to the version. */
const requirements: Partial<Record<CommandName, (persona: Persona) => boolean>> = {
  authenticatorClientPIN: ({ pinUvAuthProtocols }) => pinUvAuthProtocols.length > 0,
  authenticatorBioEnrollment: ({ features }) => features?.bioEnrollment !== undefined,
  authenticatorBioEnrollmentPreview: ({ features }) => features?.bioEnrollment !== undefined,
  authenticatorCredentialManagement: ({ features }) => features?.credentialManagement !== undefined,
  authenticatorCredentialManagementPreview: ({ features }) => features?.credentialManagement !== undefined,
  authenticatorLargeBlobs: ({ features }) => features?.largeBlobs !== undefined,
  authenticatorConfig: ({ features }) => features?.config !== undefined,
};

/** Whether the persona supports the command. If not, it answers CTAP1_ERR_INVALID_COMMAND. */
export const hasCommand = (persona: Persona, name: CommandName): boolean =>
  isDefined(persona, 'commands', name) && (requirements[name]?.(persona) ?? true);
