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

interface ValueRow {
  title: string;
  provenBy: readonly string[];
  isMet: (value: never) => boolean;
}

/** Returns the requirement on the value of a member, if it is present. `condition` is the second part of the id. */
const valueRequirement = (
  name: MemberName,
  condition: string,
  { title, provenBy, isMet }: ValueRow,
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
  valueRequirement('versions', 'not-empty', {
    title: 'versions is not empty',
    provenBy: ['getinfo.versions-empty'],
    isMet: (list: string[]) => list.length > 0,
  }),
  valueRequirement('versions', 'known', {
    title: 'versions contains a version that CTAP defines',
    provenBy: ['getinfo.versions-unknown'],
    isMet: (list: string[]) => list.some((version) => knownVersions.includes(version)),
  }),
  valueRequirement('versions', 'unique', {
    title: 'No version occurs twice',
    provenBy: ['getinfo.versions-twice'],
    isMet: hasNoDuplicates,
  }),
  valueRequirement('extensions', 'unique', {
    title: 'No extension occurs twice',
    provenBy: ['getinfo.extensions-twice'],
    isMet: hasNoDuplicates,
  }),
  valueRequirement('extensions', 'not-empty', {
    title: 'extensions is absent or not empty',
    provenBy: ['getinfo.extensions-empty'],
    isMet: (list: string[]) => list.length > 0,
  }),
  valueRequirement('pinUvAuthProtocols', 'unique', {
    title: 'No PIN/UV auth protocol occurs twice',
    provenBy: ['getinfo.protocols-twice'],
    isMet: hasNoDuplicates,
  }),
  valueRequirement('pinUvAuthProtocols', 'not-empty', {
    title: 'pinUvAuthProtocols is absent or not empty',
    provenBy: ['getinfo.protocols-empty'],
    isMet: (list: number[]) => list.length > 0,
  }),
  valueRequirement('pinUvAuthProtocols', 'known', {
    title: 'pinUvAuthProtocols contains protocol 1 or 2',
    provenBy: ['getinfo.protocols-unknown'],
    isMet: (list: number[]) => list.some((version) => version === 1 || version === 2),
  }),
  valueRequirement('transports', 'unique', {
    title: 'No transport occurs twice',
    provenBy: ['getinfo.transports-twice'],
    isMet: hasNoDuplicates,
  }),
  valueRequirement('transports', 'not-empty', {
    title: 'transports is absent or not empty',
    provenBy: ['getinfo.transports-empty'],
    isMet: (list: string[]) => list.length > 0,
  }),
  valueRequirement('transports', 'known', {
    title: 'transports contains only values of AuthenticatorTransport',
    provenBy: ['getinfo.transports-unknown'],
    isMet: (list: string[]) => list.every((transport) => knownTransports.includes(transport)),
  }),
  valueRequirement('algorithms', 'unique', {
    title: 'No algorithm occurs twice',
    provenBy: ['getinfo.algorithms-twice'],
    isMet: hasNoDuplicates,
  }),
  valueRequirement('algorithms', 'not-empty', {
    title: 'algorithms is absent or not empty',
    provenBy: ['getinfo.algorithms-empty'],
    isMet: (list: unknown[]) => list.length > 0,
  }),
  valueRequirement('algorithms', 'public-key', {
    title: 'Every item of algorithms has the type public-key',
    provenBy: ['getinfo.algorithms-other-type'],
    isMet: (list: CborMap[]) => list.every((item) => item.get('type') === 'public-key'),
  }),
  valueRequirement('attestationFormats', 'unique', {
    title: 'No attestation format occurs twice',
    provenBy: ['getinfo.formats-twice'],
    isMet: hasNoDuplicates,
  }),
  valueRequirement('transportsForReset', 'unique', {
    title: 'No transport for reset occurs twice',
    provenBy: ['getinfo.reset-transports-twice'],
    isMet: hasNoDuplicates,
  }),
  valueRequirement('authenticatorConfigCommands', 'unique', {
    title: 'No config command occurs twice',
    provenBy: ['getinfo.config-commands-twice'],
    isMet: hasNoDuplicates,
  }),
];

const numberValues: RequirementInput[] = [
  valueRequirement('maxMsgSize', 'min', {
    title: 'maxMsgSize is at least 1024',
    provenBy: ['getinfo.max-msg-size-tiny'],
    isMet: (size: number) => size >= 1024,
  }),
  valueRequirement('maxMsgSize', 'max', {
    title: 'maxMsgSize is at most 7609, the longest CTAPHID message',
    provenBy: ['getinfo.max-msg-size-huge'],
    isMet: (size: number) => size <= 7609,
  }),
  valueRequirement('maxCredentialCountInList', 'min', {
    title: 'maxCredentialCountInList is above zero',
    provenBy: ['getinfo.list-count-zero'],
    isMet: (count: number) => count > 0,
  }),
  valueRequirement('maxCredentialIdLength', 'min', {
    title: 'maxCredentialIdLength is above zero',
    provenBy: ['getinfo.id-length-zero'],
    isMet: (length: number) => length > 0,
  }),
  valueRequirement('minPINLength', 'min', {
    title: 'minPINLength is at least 4',
    provenBy: ['getinfo.min-pin-length-low'],
    isMet: (length: number) => length >= 4,
  }),
  valueRequirement('minPINLength', 'max', {
    title: 'minPINLength is at most 63',
    provenBy: ['getinfo.min-pin-length-high'],
    isMet: (length: number) => length <= 63,
  }),
  valueRequirement('maxPINLength', 'range', {
    title: 'maxPINLength is from 8 to 63',
    provenBy: ['getinfo.max-pin-length-low', 'getinfo.max-pin-length-high'],
    isMet: (length: number) => length >= 8 && length <= 63,
  }),
  valueRequirement('maxCredBlobLength', 'min', {
    title: 'maxCredBlobLength is at least 32',
    provenBy: ['getinfo.cred-blob-length-low'],
    isMet: (length: number) => length >= 32,
  }),
  valueRequirement('maxSerializedLargeBlobArray', 'min', {
    title: 'maxSerializedLargeBlobArray is at least 1024',
    provenBy: ['getinfo.large-blob-array-low'],
    isMet: (length: number) => length >= 1024,
  }),
  valueRequirement('preferredPlatformUvAttempts', 'min', {
    title: 'preferredPlatformUvAttempts is above zero',
    provenBy: ['getinfo.uv-attempts-zero'],
    isMet: (count: number) => count > 0,
  }),
  valueRequirement('uvModality', 'not-zero', {
    title: 'uvModality names at least one method',
    provenBy: ['getinfo.uv-modality-zero'],
    isMet: (bits: number) => bits > 0,
  }),
  valueRequirement('aaguid', 'not-zero', {
    title: 'aaguid is not all zeros',
    provenBy: ['getinfo.aaguid-zero'],
    isMet: (bytes: Uint8Array) => bytes.some((byte) => byte !== 0),
  }),
];

export const getInfoValues = defineGroup({ group: 'getinfo', document: 'CTAP 2.1' }, [
  ...types,
  ...listValues,
  ...numberValues,
]);
