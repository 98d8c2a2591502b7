/** Defects of the authenticatorGetInfo response, CTAP 2.1 section 6.4: each row changes one member. */
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import { deleteMember, editList, editMap, editMember, setMember } from '#protocol/edits.ts';
import { defectsDetectedBy } from './defect.ts';
import { editResponse } from './mutators.ts';

const section = 'CTAP 2.1 section 6.4';
const key = {
  versions: 0x01,
  extensions: 0x02,
  aaguid: 0x03,
  options: 0x04,
  maxMsgSize: 0x05,
  pinUvAuthProtocols: 0x06,
  maxCredentialCountInList: 0x07,
  maxCredentialIdLength: 0x08,
  transports: 0x09,
  algorithms: 0x0a,
  minPINLength: 0x0d,
  remainingDiscoverableCredentials: 0x14,
} as const satisfies Record<string, CborKey>;

const editInfo = (change: (map: CborMap) => CborMap) => editResponse('authenticatorGetInfo', change);
const setInfo = (name: keyof typeof key, value: CborValue) => editInfo(setMember(key[name], value));
const deleteInfo = (name: keyof typeof key) => editInfo(deleteMember(key[name]));
const repeatFirst = (name: keyof typeof key) =>
  editInfo(editList(key[name], (items) => [...items, ...items.slice(0, 1)]));
const setOption = (name: string, value: CborValue) => editInfo(editMap(key.options, setMember(name, value)));

export const getInfoDefects = {
  ...defectsDetectedBy('client', {
    'getinfo.versions-missing': { title: 'versions is missing', breaks: section, ...deleteInfo('versions') },
    'getinfo.versions-empty': { title: 'versions is an empty list', breaks: section, ...setInfo('versions', []) },
    'getinfo.versions-unknown': {
      title: 'versions contains only an unknown version',
      breaks: section,
      ...setInfo('versions', ['FIDO_9_9']),
    },
    'getinfo.versions-text': {
      title: 'versions is text instead of a list',
      breaks: section,
      ...setInfo('versions', 'FIDO_2_1'),
    },
    'getinfo.aaguid-missing': { title: 'aaguid is missing', breaks: section, ...deleteInfo('aaguid') },
    'getinfo.aaguid-short': {
      title: 'aaguid is only 8 bytes long',
      breaks: section,
      ...setInfo('aaguid', new Uint8Array(8)),
    },
    'getinfo.options-list': {
      title: 'options is a list instead of a map',
      breaks: section,
      ...setInfo('options', ['rk', 'up']),
    },
    'getinfo.option-not-boolean': {
      title: 'An option is a number instead of a boolean',
      breaks: section,
      ...setOption('rk', 1),
    },
    'getinfo.max-msg-size-tiny': {
      title: 'maxMsgSize is 64, below the minimum of 1024',
      breaks: section,
      ...setInfo('maxMsgSize', 64),
    },
    'getinfo.max-msg-size-huge': {
      title: 'maxMsgSize is more than CTAPHID can carry',
      breaks: 'CTAP 2.1 section 11.2.4',
      ...setInfo('maxMsgSize', 1_000_000),
    },
    'getinfo.protocols-unknown': {
      title: 'pinUvAuthProtocols contains only an undefined protocol',
      breaks: section,
      ...setInfo('pinUvAuthProtocols', [9]),
    },
    'getinfo.protocols-missing': {
      title: 'pinUvAuthProtocols is missing although clientPin is present',
      breaks: section,
      ...deleteInfo('pinUvAuthProtocols'),
    },
    'getinfo.client-pin-claimed': {
      title: 'clientPin is true although no PIN is set',
      breaks: section,
      ...setOption('clientPin', true),
    },
    'getinfo.client-pin-denied': {
      title: 'clientPin is false although a PIN is set',
      breaks: section,
      ...setOption('clientPin', false),
    },
    'getinfo.uv-claimed': {
      title: 'uv is true although the authenticator has no built-in user verification',
      breaks: section,
      ...setOption('uv', true),
    },
    'getinfo.rk-denied': {
      title: 'rk is false although discoverable credentials are supported',
      breaks: section,
      ...setOption('rk', false),
    },
    'getinfo.up-denied': {
      title: 'up is false although the authenticator can test user presence',
      breaks: section,
      ...setOption('up', false),
    },
    'getinfo.platform-claimed': {
      title: 'plat is true for a roaming authenticator',
      breaks: section,
      ...setOption('plat', true),
    },
    'getinfo.list-count-zero': {
      title: 'maxCredentialCountInList is zero',
      breaks: section,
      ...setInfo('maxCredentialCountInList', 0),
    },
    'getinfo.id-length-zero': {
      title: 'maxCredentialIdLength is zero',
      breaks: section,
      ...setInfo('maxCredentialIdLength', 0),
    },
    'getinfo.algorithms-other': {
      title: 'algorithms contains RS256, which the authenticator does not support',
      breaks: section,
      ...editInfo(
        setMember(key.algorithms, [
          new Map<CborKey, CborValue>([
            ['alg', -257],
            ['type', 'public-key'],
          ]),
        ]),
      ),
    },
    'getinfo.full': {
      title: 'remainingDiscoverableCredentials is zero although there is space',
      breaks: section,
      ...setInfo('remainingDiscoverableCredentials', 0),
    },
  }),
  ...defectsDetectedBy('suite', {
    'getinfo.versions-twice': { title: 'A version occurs twice', breaks: section, ...repeatFirst('versions') },
    'getinfo.aaguid-zero': { title: 'aaguid is all zeros', breaks: section, ...setInfo('aaguid', new Uint8Array(16)) },
    'getinfo.extensions-twice': { title: 'An extension occurs twice', breaks: section, ...repeatFirst('extensions') },
    'getinfo.extensions-hidden': {
      title: 'extensions is missing although extensions are supported',
      breaks: section,
      ...deleteInfo('extensions'),
    },
    'getinfo.protocols-twice': {
      title: 'A PIN/UV auth protocol occurs twice',
      breaks: section,
      ...repeatFirst('pinUvAuthProtocols'),
    },
    'getinfo.transports-twice': { title: 'A transport occurs twice', breaks: section, ...repeatFirst('transports') },
    'getinfo.algorithms-twice': { title: 'An algorithm occurs twice', breaks: section, ...repeatFirst('algorithms') },
    'getinfo.algorithms-empty': { title: 'algorithms is an empty list', breaks: section, ...setInfo('algorithms', []) },
    'getinfo.min-pin-length-low': {
      title: 'minPINLength is 1, below the minimum of 4',
      breaks: section,
      ...setInfo('minPINLength', 1),
    },
    'getinfo.min-pin-length-missing': {
      title: 'minPINLength is missing',
      breaks: section,
      ...deleteInfo('minPINLength'),
    },
    'getinfo.remaining-constant': {
      title: 'remainingDiscoverableCredentials never decreases',
      breaks: section,
      ...editInfo(editMember(key.remainingDiscoverableCredentials, () => 1000)),
    },
  }),
};
