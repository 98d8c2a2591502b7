/** getinfo: the answer to authenticatorGetInfo, CTAP 2.1 section 6.4 and CTAP 2.3 section 6.4. */

import { toHex } from '#base/bytes.ts';
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import { type AuthenticatorInfo, getInfoResponse } from '#protocol/get-info.ts';
import { check, checkEqual, checkSuccess, readBytes, readList, readMap } from '../checks.ts';
import { RequirementViolated } from '../failures.ts';
import { formatCbor } from '../format-cbor.ts';
import {
  fromVersion,
  hasClientPin,
  hasDiscoverableCredentials,
  hasMember,
  hasOption,
  optionIsNotTrue,
  registersWithoutPin,
} from '../preconditions.ts';
import { buildRegistration, register } from '../registration.ts';
import { defineGroup, type Precondition, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';

type MemberName = keyof AuthenticatorInfo;

const toId = (name: string): string => name.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
const keyOf = (name: MemberName): CborKey => getInfoResponse.fields[name]?.key ?? -1;
const readAll = async (context: TestContext): Promise<CborMap> =>
  checkSuccess(await context.send('authenticatorGetInfo'));
const readOne = async (context: TestContext, name: MemberName): Promise<CborValue | undefined> =>
  (await readAll(context)).get(keyOf(name));

/** The type that each member has, and the version that added it. */
const memberTypes: Readonly<Record<MemberName, { type: string; from21?: true; from23?: true }>> = {
  versions: { type: 'an array of text strings' },
  extensions: { type: 'an array of text strings' },
  aaguid: { type: 'a byte string of 16 bytes' },
  options: { type: 'a map of booleans' },
  maxMsgSize: { type: 'an unsigned integer' },
  pinUvAuthProtocols: { type: 'an array of unsigned integers' },
  maxCredentialCountInList: { type: 'an unsigned integer' },
  maxCredentialIdLength: { type: 'an unsigned integer' },
  transports: { type: 'an array of text strings' },
  algorithms: { type: 'an array of credential parameters' },
  maxSerializedLargeBlobArray: { type: 'an unsigned integer', from21: true },
  forcePINChange: { type: 'a boolean', from21: true },
  minPINLength: { type: 'an unsigned integer', from21: true },
  firmwareVersion: { type: 'an unsigned integer' },
  maxCredBlobLength: { type: 'an unsigned integer', from21: true },
  maxRPIDsForSetMinPINLength: { type: 'an unsigned integer', from21: true },
  preferredPlatformUvAttempts: { type: 'an unsigned integer', from21: true },
  uvModality: { type: 'an unsigned integer', from21: true },
  certifications: { type: 'a map of unsigned integers', from21: true },
  remainingDiscoverableCredentials: { type: 'an unsigned integer', from21: true },
  vendorPrototypeConfigCommands: { type: 'an array of unsigned integers', from21: true },
  attestationFormats: { type: 'an array of text strings', from23: true },
  uvCountSinceLastPinEntry: { type: 'an unsigned integer', from23: true },
  longTouchForReset: { type: 'a boolean', from23: true },
  encIdentifier: { type: 'a byte string', from23: true },
  transportsForReset: { type: 'an array of text strings', from23: true },
  pinComplexityPolicy: { type: 'a boolean', from23: true },
  pinComplexityPolicyURL: { type: 'a byte string', from23: true },
  maxPINLength: { type: 'an unsigned integer', from23: true },
  encCredStoreState: { type: 'a byte string', from23: true },
  authenticatorConfigCommands: { type: 'an array of unsigned integers', from23: true },
};

/** The types do not depend on whether a member is present: an absent member passes only if the specification allows it. */
const types: RequirementInput[] = (Object.keys(memberTypes) as MemberName[]).map((name) => ({
  id: `${toId(name)}.type`,
  title: `${name} is ${memberTypes[name].type}`,
  section: '6.4',
  document: memberTypes[name].from23 ? 'CTAP 2.3' : 'CTAP 2.1',
  provenBy: [`getinfo.type-${toId(name)}`],
  async run(context) {
    const value = await readOne(context, name);
    if (value === undefined) return;
    try {
      getInfoResponse.fields[name]?.type.parse(value, name);
    } catch (cause) {
      throw new RequirementViolated(`Expected ${name} to be ${memberTypes[name].type}, got ${formatCbor(value)}`, {
        cause,
      });
    }
  },
}));

/** Requirements on the value of one member, if it is present. */
const valueRequirement = (
  name: MemberName,
  condition: string,
  title: string,
  provenBy: readonly string[],
  isMet: (value: never) => boolean,
): RequirementInput => ({
  id: `${toId(name)}.${condition}`,
  title,
  section: '6.4',
  provenBy,
  preconditions: [hasMember(name)],
  async run(context) {
    const value = await readOne(context, name);
    check(
      value !== undefined && isMet(value as never),
      `${title}, got ${value === undefined ? 'no value' : formatCbor(value)}`,
    );
  },
});

const hasNoDuplicates = (items: readonly CborValue[]): boolean => new Set(items.map(formatCbor)).size === items.length;
const knownVersions = ['U2F_V2', 'FIDO_2_0', 'FIDO_2_1_PRE', 'FIDO_2_1', 'FIDO_2_3'];
const knownTransports = ['usb', 'nfc', 'ble', 'smart-card', 'hybrid', 'internal'];

const listValues: RequirementInput[] = [
  valueRequirement(
    'versions',
    'not-empty',
    'versions is not empty',
    ['getinfo.versions-empty'],
    (list: string[]) => list.length > 0,
  ),
  valueRequirement(
    'versions',
    'known',
    'versions contains a version that CTAP defines',
    ['getinfo.versions-unknown'],
    (list: string[]) => list.some((version) => knownVersions.includes(version)),
  ),
  valueRequirement('versions', 'unique', 'No version occurs twice', ['getinfo.versions-twice'], hasNoDuplicates),
  valueRequirement('extensions', 'unique', 'No extension occurs twice', ['getinfo.extensions-twice'], hasNoDuplicates),
  valueRequirement(
    'extensions',
    'not-empty',
    'extensions is absent or not empty',
    ['getinfo.extensions-empty'],
    (list: string[]) => list.length > 0,
  ),
  valueRequirement(
    'pinUvAuthProtocols',
    'unique',
    'No PIN/UV auth protocol occurs twice',
    ['getinfo.protocols-twice'],
    hasNoDuplicates,
  ),
  valueRequirement(
    'pinUvAuthProtocols',
    'not-empty',
    'pinUvAuthProtocols is absent or not empty',
    ['getinfo.protocols-empty'],
    (list: number[]) => list.length > 0,
  ),
  valueRequirement(
    'pinUvAuthProtocols',
    'known',
    'pinUvAuthProtocols contains protocol 1 or 2',
    ['getinfo.protocols-unknown'],
    (list: number[]) => list.some((version) => version === 1 || version === 2),
  ),
  valueRequirement('transports', 'unique', 'No transport occurs twice', ['getinfo.transports-twice'], hasNoDuplicates),
  valueRequirement(
    'transports',
    'not-empty',
    'transports is absent or not empty',
    ['getinfo.transports-empty'],
    (list: string[]) => list.length > 0,
  ),
  valueRequirement(
    'transports',
    'known',
    'transports contains only values of AuthenticatorTransport',
    ['getinfo.transports-unknown'],
    (list: string[]) => list.every((transport) => knownTransports.includes(transport)),
  ),
  valueRequirement('algorithms', 'unique', 'No algorithm occurs twice', ['getinfo.algorithms-twice'], hasNoDuplicates),
  valueRequirement(
    'algorithms',
    'not-empty',
    'algorithms is absent or not empty',
    ['getinfo.algorithms-empty'],
    (list: unknown[]) => list.length > 0,
  ),
  valueRequirement(
    'algorithms',
    'public-key',
    'Every item of algorithms has the type public-key',
    ['getinfo.algorithms-other-type'],
    (list: CborMap[]) => list.every((item) => item.get('type') === 'public-key'),
  ),
  valueRequirement(
    'attestationFormats',
    'unique',
    'No attestation format occurs twice',
    ['getinfo.formats-twice'],
    hasNoDuplicates,
  ),
  valueRequirement(
    'transportsForReset',
    'unique',
    'No transport for reset occurs twice',
    ['getinfo.reset-transports-twice'],
    hasNoDuplicates,
  ),
  valueRequirement(
    'authenticatorConfigCommands',
    'unique',
    'No config command occurs twice',
    ['getinfo.config-commands-twice'],
    hasNoDuplicates,
  ),
];

const numberValues: RequirementInput[] = [
  valueRequirement(
    'maxMsgSize',
    'min',
    'maxMsgSize is at least 1024',
    ['getinfo.max-msg-size-tiny'],
    (size: number) => size >= 1024,
  ),
  valueRequirement(
    'maxMsgSize',
    'max',
    'maxMsgSize is at most 7609, the longest CTAPHID message',
    ['getinfo.max-msg-size-huge'],
    (size: number) => size <= 7609,
  ),
  valueRequirement(
    'maxCredentialCountInList',
    'min',
    'maxCredentialCountInList is above zero',
    ['getinfo.list-count-zero'],
    (count: number) => count > 0,
  ),
  valueRequirement(
    'maxCredentialIdLength',
    'min',
    'maxCredentialIdLength is above zero',
    ['getinfo.id-length-zero'],
    (length: number) => length > 0,
  ),
  valueRequirement(
    'minPINLength',
    'min',
    'minPINLength is at least 4',
    ['getinfo.min-pin-length-low'],
    (length: number) => length >= 4,
  ),
  valueRequirement(
    'minPINLength',
    'max',
    'minPINLength is at most 63',
    ['getinfo.min-pin-length-high'],
    (length: number) => length <= 63,
  ),
  valueRequirement(
    'maxPINLength',
    'range',
    'maxPINLength is from 8 to 63',
    ['getinfo.max-pin-length-low', 'getinfo.max-pin-length-high'],
    (length: number) => length >= 8 && length <= 63,
  ),
  valueRequirement(
    'maxCredBlobLength',
    'min',
    'maxCredBlobLength is at least 32',
    ['getinfo.cred-blob-length-low'],
    (length: number) => length >= 32,
  ),
  valueRequirement(
    'maxSerializedLargeBlobArray',
    'min',
    'maxSerializedLargeBlobArray is at least 1024',
    ['getinfo.large-blob-array-low'],
    (length: number) => length >= 1024,
  ),
  valueRequirement(
    'preferredPlatformUvAttempts',
    'min',
    'preferredPlatformUvAttempts is above zero',
    ['getinfo.uv-attempts-zero'],
    (count: number) => count > 0,
  ),
  valueRequirement(
    'uvModality',
    'not-zero',
    'uvModality names at least one method',
    ['getinfo.uv-modality-zero'],
    (bits: number) => bits > 0,
  ),
  valueRequirement('aaguid', 'not-zero', 'aaguid is not all zeros', ['getinfo.aaguid-zero'], (bytes: Uint8Array) =>
    bytes.some((byte) => byte !== 0),
  ),
];

/** A condition between two members. */
const together = (
  id: string,
  title: string,
  provenBy: string,
  isMet: (info: AuthenticatorInfo) => boolean,
  preconditions: readonly Precondition[] = [],
): RequirementInput => ({
  id: `consistency.${id}`,
  title,
  section: '6.4',
  provenBy: [provenBy],
  preconditions,
  async run(context) {
    check(isMet(await context.readInfo()), `Expected this to hold: ${title}`);
  },
});

const optionOf = (id: string) => (info: AuthenticatorInfo) => info.options?.[id];
const isAbsentOr = (info: AuthenticatorInfo, id: string, isMet: boolean) => optionOf(id)(info) === undefined || isMet;
const hasExtensionId = ({ extensions = [] }: AuthenticatorInfo, id: string) => extensions.includes(id);

const consistency: RequirementInput[] = [
  together(
    'protocols-with-client-pin',
    'pinUvAuthProtocols is present if clientPin is',
    'getinfo.protocols-missing',
    (info) => isAbsentOr(info, 'clientPin', info.pinUvAuthProtocols !== undefined),
    [fromVersion('FIDO_2_1')],
  ),
  together(
    'min-pin-length-with-client-pin',
    'minPINLength is present if clientPin is',
    'getinfo.min-pin-length-missing',
    (info) => isAbsentOr(info, 'clientPin', info.minPINLength !== undefined),
    [fromVersion('FIDO_2_1')],
  ),
  together(
    'large-blob-array-with-large-blobs',
    'maxSerializedLargeBlobArray is present if and only if largeBlobs is true',
    'getinfo.large-blob-array-missing',
    (info) => (optionOf('largeBlobs')(info) === true) === (info.maxSerializedLargeBlobArray !== undefined),
    [fromVersion('FIDO_2_1')],
  ),
  together(
    'large-blob-key-with-large-blobs',
    'The extension largeBlobKey is present if and only if largeBlobs is true',
    'getinfo.extensions-hidden',
    (info) => (optionOf('largeBlobs')(info) === true) === hasExtensionId(info, 'largeBlobKey'),
    [fromVersion('FIDO_2_1')],
  ),
  together(
    'cred-blob-length',
    'maxCredBlobLength is present if and only if the extension credBlob is',
    'getinfo.cred-blob-length-missing',
    (info) => hasExtensionId(info, 'credBlob') === (info.maxCredBlobLength !== undefined),
    [fromVersion('FIDO_2_1')],
  ),
  together(
    'min-pin-length-extension',
    'The extension minPinLength requires the option setMinPINLength or a fixed list',
    'getinfo.set-min-pin-length-hidden',
    (info) => info.maxRPIDsForSetMinPINLength === undefined || optionOf('setMinPINLength')(info) !== undefined,
    [fromVersion('FIDO_2_1'), hasMember('maxRPIDsForSetMinPINLength'), hasClientPin],
  ),
  together(
    'rp-ids-with-set-min-pin-length',
    'maxRPIDsForSetMinPINLength is present if setMinPINLength is true',
    'getinfo.rp-ids-missing',
    (info) => optionOf('setMinPINLength')(info) !== true || info.maxRPIDsForSetMinPINLength !== undefined,
    [fromVersion('FIDO_2_1')],
  ),
  together(
    'config-with-set-min-pin-length',
    'authnrCfg is true if setMinPINLength is',
    'getinfo.config-hidden',
    (info) => optionOf('setMinPINLength')(info) !== true || optionOf('authnrCfg')(info) === true,
    [fromVersion('FIDO_2_1')],
  ),
  together(
    'config-with-uv-acfg',
    'authnrCfg is true if uvAcfg is',
    'getinfo.config-hidden',
    (info) => optionOf('uvAcfg')(info) !== true || optionOf('authnrCfg')(info) === true,
    [hasOption('uvAcfg')],
  ),
  together(
    'bio-with-uv-bio-enroll',
    'bioEnroll is present if uvBioEnroll is',
    'getinfo.bio-hidden',
    (info) => isAbsentOr(info, 'uvBioEnroll', optionOf('bioEnroll')(info) !== undefined),
    [hasOption('uvBioEnroll')],
  ),
  together(
    'management-with-persistent-token',
    'credMgmt is true if perCredMgmtRO is',
    'getinfo.management-hidden',
    (info) => optionOf('perCredMgmtRO')(info) !== true || optionOf('credMgmt')(info) === true,
    [hasOption('perCredMgmtRO')],
  ),
  together(
    'token-with-permissions',
    'pinUvAuthToken is true if noMcGaPermissionsWithClientPin is present',
    'getinfo.token-hidden',
    (info) => isAbsentOr(info, 'noMcGaPermissionsWithClientPin', optionOf('pinUvAuthToken')(info) === true),
  ),
  together(
    'token-with-pin',
    'pinUvAuthToken is true on an authenticator with FIDO_2_1 and clientPin',
    'getinfo.token-hidden',
    (info) => isAbsentOr(info, 'clientPin', optionOf('pinUvAuthToken')(info) === true),
    [fromVersion('FIDO_2_1')],
  ),
  together(
    'make-cred-uv-not-rqd-with-always-uv',
    'makeCredUvNotRqd is not true while alwaysUv is',
    'getinfo.always-uv-claimed',
    (info) => optionOf('alwaysUv')(info) !== true || optionOf('makeCredUvNotRqd')(info) !== true,
    [hasOption('alwaysUv')],
  ),
  together(
    'uv-modality-with-uv',
    'uvModality does not occur without built-in user verification',
    'getinfo.uv-hidden',
    (info) => info.uvModality === undefined || optionOf('uv')(info) !== undefined,
    [hasMember('uvModality')],
  ),
  together(
    'hmac-secret-mc',
    'The extension hmac-secret-mc requires hmac-secret',
    'getinfo.hmac-secret-hidden',
    (info) => !hasExtensionId(info, 'hmac-secret-mc') || hasExtensionId(info, 'hmac-secret'),
    [fromVersion('FIDO_2_3')],
  ),
  together(
    'pin-lengths',
    'minPINLength is not greater than maxPINLength',
    'getinfo.max-pin-length-low',
    (info) => (info.minPINLength ?? 4) <= (info.maxPINLength ?? 63),
    [hasMember('maxPINLength')],
  ),
  together(
    'config-commands',
    'authenticatorConfigCommands is present only with authnrCfg',
    'getinfo.config-hidden',
    (info) => info.authenticatorConfigCommands === undefined || optionOf('authnrCfg')(info) === true,
    [hasMember('authenticatorConfigCommands')],
  ),
  together(
    'enc-members',
    'encIdentifier and encCredStoreState are 16 bytes of IV and whole blocks',
    'getinfo.enc-identifier-short',
    (info) =>
      [info.encIdentifier, info.encCredStoreState].every(
        (bytes) => bytes === undefined || (bytes.length >= 32 && bytes.length % 16 === 0),
      ),
  ),
];

/** A defect changes the value whatever the state is, so the requirement compares it with what the authenticator does. */
const behaviour: RequirementInput[] = [
  {
    id: 'status',
    title: 'getInfo succeeds and has content',
    section: '6.4',
    provenBy: [
      'status.success-without-content',
      'status.error-with-content',
      'status.vendor',
      'status.undefined',
      'transport.empty',
      'cbor.empty-map',
    ],
    async run(context) {
      const members = await readAll(context);
      check(members.size > 0, 'Expected getInfo to have members');
    },
  },
  {
    id: 'keys',
    title: 'The keys of getInfo are unsigned integers',
    section: '6.4',
    provenBy: ['cbor.text-keys'],
    async run(context) {
      const keys = [...(await readAll(context)).keys()];
      check(
        keys.every((key) => typeof key === 'number' && key > 0),
        `Expected unsigned keys, got ${keys.join(', ')}`,
      );
    },
  },
  {
    id: 'versions.present',
    title: 'versions is present',
    section: '6.4',
    provenBy: ['getinfo.versions-missing', 'getinfo.versions-text'],
    run: async (context) => void readList(await readAll(context), 0x01, 'versions'),
  },
  {
    id: 'aaguid.present',
    title: 'aaguid is present and has 16 bytes',
    section: '6.4',
    provenBy: ['getinfo.aaguid-missing', 'getinfo.aaguid-short'],
    async run(context) {
      const aaguid = readBytes(await readAll(context), 0x03, 'aaguid');
      check(aaguid.length === 16, `Expected aaguid to have 16 bytes, got ${toHex(aaguid)}`);
    },
  },
  {
    id: 'options.boolean',
    title: 'options is a map of booleans',
    section: '6.4',
    provenBy: ['getinfo.options-list', 'getinfo.option-not-boolean'],
    async run(context) {
      const members = await readAll(context);
      if (!members.has(0x04)) return;
      for (const [id, value] of readMap(members, 0x04, 'options'))
        check(typeof value === 'boolean', `Expected the option ${id} to be a boolean, got ${formatCbor(value)}`);
    },
  },
  {
    id: 'option.client-pin.unset',
    title: 'clientPin is false while no PIN is set',
    section: '6.4',
    provenBy: ['getinfo.client-pin-claimed'],
    preconditions: [hasClientPin],
    run: async (context) => checkEqual((await context.readInfo()).options?.clientPin, false, 'clientPin'),
  },
  {
    id: 'option.client-pin.set',
    title: 'clientPin is true once a PIN is set',
    section: '6.4',
    provenBy: ['getinfo.client-pin-denied'],
    state: 'pin',
    run: async (context) => checkEqual((await context.readInfo()).options?.clientPin, true, 'clientPin'),
  },
  {
    id: 'option.rk.behaviour',
    title: 'rk is true if a discoverable credential can be created',
    section: '6.4',
    provenBy: ['getinfo.rk-denied'],
    preconditions: [registersWithoutPin],
    async run(context) {
      const { status } = await context.send('authenticatorMakeCredential', buildRegistration(context, { rk: true }));
      checkEqual((await context.readInfo()).options?.rk === true, status === 'CTAP2_OK', 'rk');
    },
  },
  {
    id: 'option.up.behaviour',
    title: 'up is not false on an authenticator that waits for a touch',
    section: '6.4',
    provenBy: ['getinfo.up-denied'],
    preconditions: [registersWithoutPin, optionIsNotTrue('plat')],
    async run(context) {
      const { waitedForUser } = await context.send('authenticatorMakeCredential', buildRegistration(context));
      if (waitedForUser) check((await context.readInfo()).options?.up !== false, 'Expected up not to be false');
    },
  },
  {
    id: 'option.uv.behaviour',
    title: 'uv is true only if uv: true verifies the user',
    section: '6.4',
    provenBy: ['getinfo.uv-claimed'],
    provenOn: 'touchstone-key',
    preconditions: [registersWithoutPin],
    async run(context) {
      if ((await context.readInfo()).options?.uv !== true) return;
      const request = buildRegistration(context).set(0x07, new Map([['uv', true]]));
      checkSuccess(await context.send('authenticatorMakeCredential', request));
    },
  },
  {
    id: 'option.plat.transport',
    title: 'plat is false on an authenticator that is reached over USB, NFC or Bluetooth',
    section: '6.4',
    provenBy: ['getinfo.platform-claimed'],
    preconditions: [
      {
        reason: 'The authenticator is not reached over USB, NFC or Bluetooth',
        isMet: ({ transports }) => transports?.includes('internal') !== true,
      },
    ],
    run: async (context) => check((await context.readInfo()).options?.plat !== true, 'Expected plat not to be true'),
  },
  {
    id: 'remaining.decreases',
    title: 'remainingDiscoverableCredentials decreases when a discoverable credential is created',
    section: '6.4',
    provenBy: ['getinfo.remaining-constant', 'getinfo.full'],
    preconditions: [hasMember('remainingDiscoverableCredentials'), hasDiscoverableCredentials, registersWithoutPin],
    async run(context) {
      const before = (await context.readInfo()).remainingDiscoverableCredentials ?? 0;
      check(before > 0, 'Expected space for a discoverable credential, got 0');
      await register(context, { rk: true });
      checkEqual(
        (await context.readInfo()).remainingDiscoverableCredentials,
        before - 1,
        'remainingDiscoverableCredentials',
      );
    },
  },
];

export const getInfoRequirements = defineGroup({ group: 'getinfo', document: 'CTAP 2.1' }, [
  ...behaviour,
  ...types,
  ...listValues,
  ...numberValues,
  ...consistency,
]);
