/** getinfo: types and values of members, CTAP 2.1 section 6.4 and CTAP 2.3 section 6.4. */
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import { type AuthenticatorInfo, getInfoResponse } from '#protocol/get-info.ts';
import { check } from '../checks.ts';
import { RequirementViolated } from '../failures.ts';
import { formatCbor } from '../format-cbor.ts';
import { hasMember } from '../preconditions.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { readAll } from './getinfo-support.ts';

type MemberName = keyof AuthenticatorInfo;

const toId = (name: string): string => name.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();

const keyOf = (name: MemberName): CborKey => getInfoResponse.fields[name]?.key ?? -1;

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

export const getInfoValues = defineGroup({ group: 'getinfo', document: 'CTAP 2.1' }, [
  ...types,
  ...listValues,
  ...numberValues,
]);
