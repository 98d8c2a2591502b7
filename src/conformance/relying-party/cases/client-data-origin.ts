/** Origins, embedding and token binding in client data: WebAuthn L3 sections 5.8.1, 7.1 steps 9 to 11, 7.2 steps 12 to 14. */
import { concat } from '#base/bytes.ts';
import type { Change, Consequence } from '../relying-party-case.ts';
import { mayAccept, type Rows, refuse, withConsequence } from './define.ts';
import { deleteClientData, editClientData, setClientData } from './json-edits.ts';

const members = 'client-data.members';

const wrongOrigins: [name: string, title: string, change: (origin: URL) => string][] = [
  ['other', 'is that of another site', () => 'https://attacker.example'],
  ['scheme', 'has another scheme', ({ protocol, host }) => `${protocol === 'https:' ? 'http' : 'https'}://${host}`],
  ['port', 'has another port', ({ protocol, hostname }) => `${protocol}//${hostname}:8443`],
  ['subdomain', 'is that of a subdomain', ({ protocol, host }) => `${protocol}//evil.${host}`],
  ['suffix', 'has the own origin as its beginning', ({ origin }) => `${origin}.attacker.example`],
  ['prefix', 'has the own host as its end', ({ protocol, host }) => `${protocol}//attacker-${host}`],
  ['user-info', 'has the own host as its user name', ({ protocol, host }) => `${protocol}//${host}@attacker.example`],
  ['path', 'has a path', ({ origin }) => `${origin}/path`],
  ['slash', 'ends with a slash', ({ origin }) => `${origin}/`],
  ['query', 'has a query', ({ origin }) => `${origin}?a=1`],
  ['upper-case', 'is in upper case', ({ origin }) => origin.toUpperCase()],
  [
    'dot',
    'has a dot after the host',
    ({ protocol, hostname, port }) => `${protocol}//${hostname}.${port && `:${port}`}`,
  ],
  ['host-only', 'is the host without a scheme', ({ host }) => host],
  ['null', 'is the text null', () => 'null'],
  ['space', 'ends with a space', ({ origin }) => `${origin} `],
  ['android', 'is that of an Android app', () => 'android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
  ['extension', 'is that of a browser extension', () => 'chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'],
  ['file', 'is a file', () => 'file://'],
  [
    'homograph',
    'looks the same, with a Cyrillic letter',
    ({ protocol, host }) => `${protocol}//${host.replace(/[ao]/, (letter) => (letter === 'a' ? 'а' : 'о'))}`,
  ],
  ['zero-byte', 'has a zero byte and another host', ({ origin }) => `${origin}\0.attacker.example`],
  ['empty', 'is empty', () => ''],
];

/** The own origin, written in another way than clients write it. */
const spellings: readonly string[] = ['path', 'slash', 'query', 'upper-case', 'space'];
const isSpelling: Consequence = {
  severity: 'hygiene',
  weakness: 'An origin is compared after it was changed, which other changes of it may pass, too',
};

export const originRows: Rows<Change> = {
  ...Object.fromEntries(
    wrongOrigins.map(([name, title, change]) => {
      const row = refuse<Change>(
        'client-data.origin',
        `origin ${title}`,
        editClientData('origin', (text) => change(new URL(text))),
      );
      return [`origin.${name}`, spellings.includes(name) ? withConsequence(isSpelling, row) : row];
    }),
  ),
  'origin.malformed-utf-8': refuse('client-data.origin', 'origin contains a byte that is not UTF-8', {
    clientDataBytes: (bytes) => {
      const at = Buffer.from(bytes).indexOf('","crossOrigin');
      return concat(bytes.subarray(0, at), Uint8Array.of(0xff), bytes.subarray(at));
    },
  }),
  'origin.missing': refuse([members, 'client-data.origin'], 'origin is missing', deleteClientData('origin')),
  'origin.number': refuse([members, 'client-data.origin'], 'origin is a number', setClientData('origin', 1)),
  'origin.json-null': refuse([members, 'client-data.origin'], 'origin is null', setClientData('origin', null)),
  'origin.list': refuse(
    [members, 'client-data.origin'],
    'origin is a list with the own origin',
    editClientData('origin', (text) => [text]),
  ),
  'origin.object': refuse([members, 'client-data.origin'], 'origin is an object', setClientData('origin', {})),
};

const isReserved = 'WebAuthn L3 reserves the member and has no step about it, unlike WebAuthn L2';

export const embeddingRows: Rows<Change> = {
  'cross-origin.true': refuse('client-data.cross-origin', 'crossOrigin is true', setClientData('crossOrigin', true)),
  'cross-origin.text': refuse(members, 'crossOrigin is the text true', setClientData('crossOrigin', 'true')),
  'cross-origin.number': refuse(members, 'crossOrigin is 1', setClientData('crossOrigin', 1)),
  'top-origin.other': refuse(
    ['client-data.cross-origin', 'client-data.top-origin'],
    'The page is embedded in another site',
    {
      clientData: (all) => ({ ...all, crossOrigin: true, topOrigin: 'https://attacker.example' }),
    },
  ),
  'top-origin.alone': refuse(
    'client-data.top-origin',
    'topOrigin is that of another site, crossOrigin is false',
    setClientData('topOrigin', 'https://attacker.example'),
  ),
  'top-origin.own': refuse('client-data.top-origin', 'topOrigin is the own origin, which is never embedded', {
    clientData: (all) => ({ ...all, topOrigin: all.origin }),
  }),
  'top-origin.number': refuse(
    [members, 'client-data.top-origin'],
    'topOrigin is a number',
    setClientData('topOrigin', 1),
  ),
  'token-binding.present': mayAccept(
    isReserved,
    refuse(
      'client-data.token-binding',
      'tokenBinding claims a token binding',
      setClientData('tokenBinding', { status: 'present', id: 'AAAA' }),
    ),
  ),
  'token-binding.text': mayAccept(
    isReserved,
    refuse('client-data.token-binding', 'tokenBinding is text', setClientData('tokenBinding', 'supported')),
  ),
  'token-binding.unknown': mayAccept(
    isReserved,
    refuse(
      'client-data.token-binding',
      'tokenBinding has an unknown status',
      setClientData('tokenBinding', { status: 'unknown' }),
    ),
  ),
};
