/** What authenticatorGetInfo says about the authenticator, CTAP 2.1 section 6.4: one row changes one member. */
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import { trying } from './defect.ts';
import { drop, edit, inAnswer, listOf, put, within } from './mutators.ts';

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

const info = (change: (map: CborMap) => CborMap) => inAnswer('authenticatorGetInfo', change);
const member = (name: keyof typeof key, value: CborValue) => info(put(key[name], value));
const missing = (name: keyof typeof key) => info(drop(key[name]));
const twice = (name: keyof typeof key) => info(listOf(key[name], (items) => [...items, ...items.slice(0, 1)]));
const option = (name: string, value: CborValue) => info(within(key.options, put(name, value)));

export const getInfoDefects = {
  ...trying('client', {
    'getinfo.versions-missing': { title: 'versions is missing', breaks: section, ...missing('versions') },
    'getinfo.versions-empty': { title: 'versions is empty', breaks: section, ...member('versions', []) },
    'getinfo.versions-unknown': {
      title: 'versions names only what no client knows',
      breaks: section,
      ...member('versions', ['FIDO_9_9']),
    },
    'getinfo.versions-text': { title: 'versions is text', breaks: section, ...member('versions', 'FIDO_2_1') },
    'getinfo.aaguid-missing': { title: 'aaguid is missing', breaks: section, ...missing('aaguid') },
    'getinfo.aaguid-short': { title: 'aaguid has 8 bytes', breaks: section, ...member('aaguid', new Uint8Array(8)) },
    'getinfo.options-list': { title: 'options is a list', breaks: section, ...member('options', ['rk', 'up']) },
    'getinfo.option-not-boolean': { title: 'An option is a number', breaks: section, ...option('rk', 1) },
    'getinfo.max-msg-size-tiny': {
      title: 'maxMsgSize is 64, below the least of 1024',
      breaks: section,
      ...member('maxMsgSize', 64),
    },
    'getinfo.max-msg-size-huge': {
      title: 'maxMsgSize promises more than CTAPHID can carry',
      breaks: 'CTAP 2.1 section 11.2.4',
      ...member('maxMsgSize', 1_000_000),
    },
    'getinfo.protocols-unknown': {
      title: 'pinUvAuthProtocols names only one that nobody has defined',
      breaks: section,
      ...member('pinUvAuthProtocols', [9]),
    },
    'getinfo.protocols-missing': {
      title: 'pinUvAuthProtocols is missing although clientPin is there',
      breaks: section,
      ...missing('pinUvAuthProtocols'),
    },
    'getinfo.client-pin-claimed': {
      title: 'clientPin says that a PIN is set, and none is',
      breaks: section,
      ...option('clientPin', true),
    },
    'getinfo.client-pin-denied': {
      title: 'clientPin says that no PIN is set, and one is',
      breaks: section,
      ...option('clientPin', false),
    },
    'getinfo.uv-claimed': {
      title: 'uv says that the authenticator verifies the user itself, and it cannot',
      breaks: section,
      ...option('uv', true),
    },
    'getinfo.rk-denied': { title: 'rk says no, and passkeys are stored', breaks: section, ...option('rk', false) },
    'getinfo.up-denied': { title: 'up says that nobody can touch it', breaks: section, ...option('up', false) },
    'getinfo.platform-claimed': {
      title: 'plat says that a roaming key is part of the platform',
      breaks: section,
      ...option('plat', true),
    },
    'getinfo.list-count-zero': {
      title: 'maxCredentialCountInList is zero',
      breaks: section,
      ...member('maxCredentialCountInList', 0),
    },
    'getinfo.id-length-zero': {
      title: 'maxCredentialIdLength is zero',
      breaks: section,
      ...member('maxCredentialIdLength', 0),
    },
    'getinfo.algorithms-other': {
      title: 'algorithms names RS256, which the authenticator does not have',
      breaks: section,
      ...info(
        put(key.algorithms, [
          new Map<CborKey, CborValue>([
            ['alg', -257],
            ['type', 'public-key'],
          ]),
        ]),
      ),
    },
    'getinfo.full': {
      title: 'remainingDiscoverableCredentials is zero, and there is room',
      breaks: section,
      ...member('remainingDiscoverableCredentials', 0),
    },
  }),
  ...trying('suite', {
    'getinfo.versions-twice': { title: 'A version stands there twice', breaks: section, ...twice('versions') },
    'getinfo.aaguid-zero': { title: 'aaguid is all zeros', breaks: section, ...member('aaguid', new Uint8Array(16)) },
    'getinfo.extensions-twice': { title: 'An extension stands there twice', breaks: section, ...twice('extensions') },
    'getinfo.extensions-hidden': {
      title: 'extensions is missing although extensions work',
      breaks: section,
      ...missing('extensions'),
    },
    'getinfo.protocols-twice': {
      title: 'A PIN protocol stands there twice',
      breaks: section,
      ...twice('pinUvAuthProtocols'),
    },
    'getinfo.transports-twice': { title: 'A transport stands there twice', breaks: section, ...twice('transports') },
    'getinfo.algorithms-twice': { title: 'An algorithm stands there twice', breaks: section, ...twice('algorithms') },
    'getinfo.algorithms-empty': { title: 'algorithms is empty', breaks: section, ...member('algorithms', []) },
    'getinfo.min-pin-length-low': {
      title: 'minPINLength is 1, below the least of 4',
      breaks: section,
      ...member('minPINLength', 1),
    },
    'getinfo.min-pin-length-missing': { title: 'minPINLength is missing', breaks: section, ...missing('minPINLength') },
    'getinfo.remaining-constant': {
      title: 'remainingDiscoverableCredentials never falls',
      breaks: section,
      ...info(edit(key.remainingDiscoverableCredentials, () => 1000)),
    },
  }),
};
