/** The preconditions of requirements, and the variants that many requirements have. */
import { algorithmName, type CoseAlgorithm, coseAlgorithms } from '#protocol/cose.ts';
import type { ExtensionId } from '#protocol/extensions.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { Precondition, Variant } from './requirement.ts';
import type { TargetInterface } from './test-target.ts';

/** CTAP versions from the oldest to the newest; FIDO_2_1_PRE is a preview that follows CTAP 2.0. */
const versionsOldestFirst = ['FIDO_2_0', 'FIDO_2_1', 'FIDO_2_3'] as const;
type CtapVersion = (typeof versionsOldestFirst)[number];

const newestVersion = ({ versions }: AuthenticatorInfo): number =>
  versionsOldestFirst.findLastIndex((version) => versions.includes(version));

/** The authenticator supports this version or a later one. */
export const fromVersion = (version: CtapVersion): Precondition => ({
  reason: `The authenticator does not support ${version} or a later version`,
  isMet: (info) => newestVersion(info) >= versionsOldestFirst.indexOf(version),
});

/** The authenticator supports CTAP 2.1 or a later version. */
export const from21 = fromVersion('FIDO_2_1');

/** The option is present, with any value. */
export const hasOption = (id: string): Precondition => ({
  reason: `getInfo does not contain the option ${id}`,
  isMet: ({ options }) => options?.[id] !== undefined,
});

/** The option is present and true. */
export const optionIsTrue = (id: string): Precondition => ({
  reason: `The option ${id} of getInfo is not true`,
  isMet: ({ options }) => options?.[id] === true,
});

/** The option is absent or false. */
export const optionIsNotTrue = (id: string): Precondition => ({
  reason: `The option ${id} of getInfo is true`,
  isMet: ({ options }) => options?.[id] !== true,
});

/** The option is absent. */
export const lacksOption = (id: string): Precondition => ({
  reason: `getInfo contains the option ${id}`,
  isMet: ({ options }) => options?.[id] === undefined,
});

export const hasExtension = (id: ExtensionId): Precondition => ({
  reason: `The extension ${id} is not supported`,
  isMet: ({ extensions }) => extensions?.includes(id) === true,
});

/** The member is present in getInfo. */
export const hasMember = (name: keyof AuthenticatorInfo): Precondition => ({
  reason: `getInfo does not contain ${name}`,
  isMet: (info) => info[name] !== undefined,
});

export const hasClientPin = hasOption('clientPin');
/** An authenticator with a PIN or built-in user verification issues tokens, so it has PIN/UV auth protocols. */
export const hasPinUvAuth: Precondition = {
  reason: 'The authenticator has neither a PIN nor PIN/UV auth tokens',
  isMet: ({ options }) => options?.clientPin !== undefined || options?.pinUvAuthToken === true,
};
/** Tokens have permissions. */
export const hasTokens = optionIsTrue('pinUvAuthToken');
export const hasDiscoverableCredentials = optionIsTrue('rk');
/** Built-in user verification is set up. */
export const hasBuiltInUv = optionIsTrue('uv');
/** A PIN token can authorize makeCredential and getAssertion. */
export const pinAuthorizesCeremonies: Precondition = {
  reason: 'A PIN cannot authorize registrations and assertions (noMcGaPermissionsWithClientPin)',
  isMet: ({ options }) => options?.clientPin !== undefined && options.noMcGaPermissionsWithClientPin !== true,
};
/** Without a PIN, a registration is authorized by touch or built-in user verification. `always-uv.ts` replaces that by a PIN. */
export const registersWithoutPin: Precondition = {
  reason: 'Neither a PIN nor built-in user verification authorizes registrations, which alwaysUv requires',
  isMet: ({ options }) => options?.alwaysUv !== true || options.uv === true,
};

/** The same for cases that no PIN may be set for: no token can replace what they do. */
export const registersUnverified: Precondition = {
  ...registersWithoutPin,
  reason: 'The authenticator requires a PIN for every registration (alwaysUv)',
};

const hasProtocol = (version: number): Precondition => ({
  reason: `PIN/UV auth protocol ${version} is not supported`,
  isMet: ({ pinUvAuthProtocols, options }) =>
    (pinUvAuthProtocols ?? (options?.clientPin === undefined ? [] : [1])).includes(version),
});

/** One case for each PIN/UV auth protocol. */
export const pinProtocolVariants: readonly Variant[] = [
  { name: 'pin1', preconditions: [hasProtocol(1)] },
  { name: 'pin2', preconditions: [hasProtocol(2)] },
];

/** One case with a discoverable credential and one with another. */
export const discoverabilityVariants: readonly Variant[] = [
  { name: 'rk', preconditions: [hasDiscoverableCredentials] },
  { name: 'nonrk' },
];

/** The algorithms of getInfo; ES256 if it does not list any. */
export const algorithmsOf = ({ algorithms }: AuthenticatorInfo): readonly number[] =>
  algorithms?.map(({ alg }) => alg) ?? [coseAlgorithms.ES256.alg];

/** The first algorithm of getInfo whose keys the suite can verify; ES256 if there is none. */
export const preferredAlgorithmOf = (info: AuthenticatorInfo): number =>
  algorithmsOf(info).find((alg) => algorithmName(alg) !== undefined) ?? coseAlgorithms.ES256.alg;

export const hasAlgorithm = (name: CoseAlgorithm): Precondition => ({
  reason: `The algorithm ${name} is not supported`,
  isMet: (info) => algorithmsOf(info).includes(coseAlgorithms[name].alg),
});

/** One case for each algorithm. */
export const algorithmVariants: readonly Variant[] = (Object.keys(coseAlgorithms) as CoseAlgorithm[]).map((name) => ({
  name: name.toLowerCase(),
  preconditions: [hasAlgorithm(name)],
}));

/** Returns the algorithm that `algorithmVariants` names. */
export const algorithmOfVariant = (variant: string | undefined): CoseAlgorithm | undefined =>
  (Object.keys(coseAlgorithms) as CoseAlgorithm[]).find((name) => name.toLowerCase() === variant);

const hasInterface = (name: TargetInterface, reason: string): Precondition => ({
  reason,
  isMet: (_info, interfaces) => interfaces.includes(name),
});

export const hasHidReports = hasInterface('ctaphid', 'The target gives no access to CTAPHID reports');
export const hasMetadata = hasInterface('metadata', 'There is no metadata statement (--metadata)');
export const hasCard = hasInterface('nfc', 'The target gives no access to the APDUs of a card');
/** U2F messages reach the authenticator, and it supports them. */
export const hasU2f: Precondition = {
  reason: 'The authenticator does not support U2F_V2, or the target cannot transfer U2F messages',
  isMet: ({ versions }, interfaces) => versions.includes('U2F_V2') && interfaces.includes('u2f'),
};
