/** More defects of the authenticatorGetInfo response: members of a wrong type, values out of range, and members that contradict each other. */
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import { deleteMember, editList, editMap, setMember } from '#protocol/edits.ts';
import { type AuthenticatorInfo, getInfoResponse } from '#protocol/get-info.ts';
import { type Defect, defectsDetectedBy } from './defect.ts';
import { editResponse } from './mutators.ts';

type Member = keyof AuthenticatorInfo;
const section = 'CTAP 2.1 section 6.4';
const keyOf = (name: Member): CborKey => getInfoResponse.fields[name]?.key ?? -1;
const editInfo = (change: (map: CborMap) => CborMap) => editResponse('authenticatorGetInfo', change);
const setInfo = (name: Member, value: CborValue) => editInfo(setMember(keyOf(name), value));
const deleteInfo = (name: Member) => editInfo(deleteMember(keyOf(name)));
const repeatFirst = (name: Member) => editInfo(editList(keyOf(name), (items) => [...items, ...items.slice(0, 1)]));
const deleteOption = (id: string) => editInfo(editMap(keyOf('options'), deleteMember(id)));
const setOptions = (...ids: string[]) =>
  editInfo(
    editMap(keyOf('options'), (options) => new Map([...options, ...ids.map((id): [string, boolean] => [id, true])])),
  );
const deleteExtension = (id: string) =>
  editInfo(editList(keyOf('extensions'), (items) => items.filter((item) => item !== id)));

/** The members, in the spelling of defect ids. */
const members = {
  'getinfo.type-versions': 'versions',
  'getinfo.type-extensions': 'extensions',
  'getinfo.type-aaguid': 'aaguid',
  'getinfo.type-options': 'options',
  'getinfo.type-max-msg-size': 'maxMsgSize',
  'getinfo.type-pin-uv-auth-protocols': 'pinUvAuthProtocols',
  'getinfo.type-max-credential-count-in-list': 'maxCredentialCountInList',
  'getinfo.type-max-credential-id-length': 'maxCredentialIdLength',
  'getinfo.type-transports': 'transports',
  'getinfo.type-algorithms': 'algorithms',
  'getinfo.type-max-serialized-large-blob-array': 'maxSerializedLargeBlobArray',
  'getinfo.type-force-pinchange': 'forcePINChange',
  'getinfo.type-min-pinlength': 'minPINLength',
  'getinfo.type-firmware-version': 'firmwareVersion',
  'getinfo.type-max-cred-blob-length': 'maxCredBlobLength',
  'getinfo.type-max-rpids-for-set-min-pinlength': 'maxRPIDsForSetMinPINLength',
  'getinfo.type-preferred-platform-uv-attempts': 'preferredPlatformUvAttempts',
  'getinfo.type-uv-modality': 'uvModality',
  'getinfo.type-certifications': 'certifications',
  'getinfo.type-remaining-discoverable-credentials': 'remainingDiscoverableCredentials',
  'getinfo.type-vendor-prototype-config-commands': 'vendorPrototypeConfigCommands',
  'getinfo.type-attestation-formats': 'attestationFormats',
  'getinfo.type-uv-count-since-last-pin-entry': 'uvCountSinceLastPinEntry',
  'getinfo.type-long-touch-for-reset': 'longTouchForReset',
  'getinfo.type-enc-identifier': 'encIdentifier',
  'getinfo.type-transports-for-reset': 'transportsForReset',
  'getinfo.type-pin-complexity-policy': 'pinComplexityPolicy',
  'getinfo.type-pin-complexity-policy-url': 'pinComplexityPolicyURL',
  'getinfo.type-max-pinlength': 'maxPINLength',
  'getinfo.type-enc-cred-store-state': 'encCredStoreState',
  'getinfo.type-authenticator-config-commands': 'authenticatorConfigCommands',
} as const satisfies Record<string, Member>;

const typeRows = Object.entries(members).map(([id, name]): [string, Omit<Defect, 'detectedBy'>] => [
  id,
  { title: `${name} is a text string, which is not its type`, breaks: section, ...setInfo(name, 'text') },
]);

export const getInfoTypeDefects = defectsDetectedBy(
  'suite',
  Object.fromEntries(typeRows) as Record<keyof typeof members, Omit<Defect, 'detectedBy'>>,
);

export const getInfoValueDefects = defectsDetectedBy('suite', {
  'getinfo.extensions-empty': { title: 'extensions is an empty list', breaks: section, ...setInfo('extensions', []) },
  'getinfo.protocols-empty': {
    title: 'pinUvAuthProtocols is an empty list',
    breaks: section,
    ...setInfo('pinUvAuthProtocols', []),
  },
  'getinfo.transports-empty': { title: 'transports is an empty list', breaks: section, ...setInfo('transports', []) },
  'getinfo.transports-unknown': {
    title: 'transports contains a value that WebAuthn does not define',
    breaks: section,
    ...setInfo('transports', ['usb', 'cable']),
  },
  'getinfo.algorithms-other-type': {
    title: 'An item of algorithms has another type than public-key',
    breaks: section,
    ...editInfo(
      editList(keyOf('algorithms'), (items) =>
        items.map((item) => (item instanceof Map ? setMember('type', 'private-key')(item) : item)),
      ),
    ),
  },
  'getinfo.formats-twice': {
    title: 'An attestation format occurs twice',
    breaks: section,
    ...repeatFirst('attestationFormats'),
  },
  'getinfo.reset-transports-twice': {
    title: 'A transport for reset occurs twice',
    breaks: section,
    ...repeatFirst('transportsForReset'),
  },
  'getinfo.config-commands-twice': {
    title: 'A config command occurs twice',
    breaks: section,
    ...repeatFirst('authenticatorConfigCommands'),
  },
  'getinfo.min-pin-length-high': { title: 'minPINLength is 64', breaks: section, ...setInfo('minPINLength', 64) },
  'getinfo.max-pin-length-low': { title: 'maxPINLength is 3', breaks: section, ...setInfo('maxPINLength', 3) },
  'getinfo.max-pin-length-high': { title: 'maxPINLength is 64', breaks: section, ...setInfo('maxPINLength', 64) },
  'getinfo.cred-blob-length-low': {
    title: 'maxCredBlobLength is 31, below the minimum of 32',
    breaks: section,
    ...setInfo('maxCredBlobLength', 31),
  },
  'getinfo.large-blob-array-low': {
    title: 'maxSerializedLargeBlobArray is 512, below the minimum of 1024',
    breaks: section,
    ...setInfo('maxSerializedLargeBlobArray', 512),
  },
  'getinfo.uv-attempts-zero': {
    title: 'preferredPlatformUvAttempts is zero',
    breaks: section,
    ...setInfo('preferredPlatformUvAttempts', 0),
  },
  'getinfo.uv-modality-zero': { title: 'uvModality is zero', breaks: section, ...setInfo('uvModality', 0) },
  'getinfo.enc-identifier-short': {
    title: 'encIdentifier has 16 bytes, only the initialization vector',
    breaks: section,
    ...setInfo('encIdentifier', new Uint8Array(16)),
  },
});

export const getInfoConsistencyDefects = defectsDetectedBy('suite', {
  'getinfo.large-blob-array-missing': {
    title: 'maxSerializedLargeBlobArray is missing although largeBlobs is true',
    breaks: section,
    ...deleteInfo('maxSerializedLargeBlobArray'),
  },
  'getinfo.cred-blob-length-missing': {
    title: 'maxCredBlobLength is missing although credBlob is supported',
    breaks: section,
    ...deleteInfo('maxCredBlobLength'),
  },
  'getinfo.rp-ids-missing': {
    title: 'maxRPIDsForSetMinPINLength is missing although setMinPINLength is true',
    breaks: section,
    ...deleteInfo('maxRPIDsForSetMinPINLength'),
  },
  'getinfo.set-min-pin-length-hidden': {
    title: 'The option setMinPINLength is missing although the subcommand is supported',
    breaks: section,
    ...deleteOption('setMinPINLength'),
  },
  'getinfo.config-hidden': {
    title: 'The option authnrCfg is missing although authenticatorConfig is supported',
    breaks: section,
    ...deleteOption('authnrCfg'),
  },
  'getinfo.bio-hidden': {
    title: 'The option bioEnroll is missing although uvBioEnroll is true',
    breaks: section,
    ...deleteOption('bioEnroll'),
  },
  'getinfo.management-hidden': {
    title: 'The option credMgmt is missing although perCredMgmtRO is true',
    breaks: section,
    ...deleteOption('credMgmt'),
  },
  'getinfo.token-hidden': {
    title: 'The option pinUvAuthToken is missing although noMcGaPermissionsWithClientPin is present',
    breaks: section,
    ...editInfo(
      editMap(keyOf('options'), (options) =>
        setMember('noMcGaPermissionsWithClientPin', false)(deleteMember('pinUvAuthToken')(options)),
      ),
    ),
  },
  'getinfo.always-uv-claimed': {
    title: 'alwaysUv and makeCredUvNotRqd are both true',
    breaks: section,
    ...setOptions('alwaysUv', 'makeCredUvNotRqd'),
  },
  'getinfo.uv-hidden': {
    title: 'The option uv is missing although the authenticator has built-in user verification',
    breaks: section,
    ...deleteOption('uv'),
  },
  'getinfo.hmac-secret-hidden': {
    title: 'The extension hmac-secret is missing although hmac-secret-mc is supported',
    breaks: section,
    ...deleteExtension('hmac-secret'),
  },
});
