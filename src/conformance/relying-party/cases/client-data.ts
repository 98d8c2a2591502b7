/** Client data: WebAuthn L3 sections 5.8.1, 7.1 steps 5 to 12 and 7.2 steps 8 to 14. */
import { concat, fromBase64url, toBase64url, utf8 } from '#base/bytes.ts';
import type { Change } from '../relying-party-case.ts';
import { accept, authenticationCases, type Rows, refuse, registrationCases } from './define.ts';
import {
  deleteClientData,
  editClientData,
  editClientDataText,
  editResponse,
  setClientData,
  setResponse,
} from './json-edits.ts';

const members = 'client-data.members';
const json = 'client-data.json';
const sent = (bytes: Uint8Array): Change => ({ clientDataBytes: () => bytes });
const appendMember = (text: string): Change => editClientDataText((all) => all.replace(/\}$/, `,${text}}`));
const prependMember = (text: string): Change => editClientDataText((all) => all.replace(/^\{/, `{${text},`));

const jsonRows: Rows<Change> = {
  'json.empty': refuse(json, 'The client data is empty', setResponse('clientDataJSON', 'IA')),
  'json.cut-off': refuse(
    json,
    'The client data is missing its last byte',
    editClientDataText((text) => text.slice(0, -1)),
  ),
  'json.trailing': refuse(
    json,
    'A second object follows the client data',
    editClientDataText((text) => `${text}{}`),
  ),
  'json.trailing-zero': refuse(
    json,
    'A zero byte follows the client data',
    editClientDataText((text) => `${text}\0`),
  ),
  'json.list': refuse(
    json,
    'The client data is a list',
    editClientDataText((text) => `[${text}]`),
  ),
  'json.text': refuse(
    json,
    'The client data is a JSON text',
    editClientDataText((text) => JSON.stringify(text)),
  ),
  'json.number': refuse(json, 'The client data is a number', sent(utf8('1'))),
  'json.null': refuse(json, 'The client data is null', sent(utf8('null'))),
  'json.true': refuse(json, 'The client data is true', sent(utf8('true'))),
  'json.single-quotes': refuse(
    json,
    'The client data has single quotes',
    editClientDataText((text) => text.replaceAll('"', "'")),
  ),
  'json.comment': refuse(
    json,
    'The client data contains a comment',
    editClientDataText((text) => `/* */${text}`),
  ),
  'json.trailing-comma': refuse(
    json,
    'A comma follows the last member',
    editClientDataText((text) => text.replace(/\}$/, ',}')),
  ),
  'json.two-byte-order-marks': refuse(
    json,
    'Two byte order marks precede the client data',
    editClientDataText((text) => `\ufeff\ufeff${text}`),
  ),
  'json.utf-16': refuse(json, 'The client data is in UTF-16', {
    clientDataBytes: (bytes) => Uint8Array.from(Buffer.from(Buffer.from(bytes).toString('utf8'), 'utf16le')),
  }),
  'json.malformed-utf-8': refuse(json, 'A byte outside a text is not UTF-8', {
    clientDataBytes: (bytes) => concat(bytes.subarray(0, -1), Uint8Array.of(0xff, 0x7d)),
  }),
  'json.base64url': refuse(json, 'The client data is encoded in base64url twice', {
    clientDataBytes: (bytes) => utf8(toBase64url(bytes)),
  }),
};

const memberRows: Rows<Change> = {
  'duplicate.type': refuse('client-data.duplicate', 'type occurs twice', prependMember('"type":"webauthn.unknown"')),
  'duplicate.challenge': refuse('client-data.duplicate', 'challenge occurs twice', prependMember('"challenge":"AAAA"')),
  'duplicate.origin': refuse(
    'client-data.duplicate',
    'origin occurs twice',
    prependMember('"origin":"https://attacker.example"'),
  ),
  'duplicate.cross-origin': refuse(
    'client-data.duplicate',
    'crossOrigin occurs twice',
    prependMember('"crossOrigin":true'),
  ),
  'duplicate.escaped': refuse(
    'client-data.duplicate',
    'origin occurs twice, once with an escape sequence',
    prependMember('"\\u006frigin":"https://attacker.example"'),
  ),
  'type.missing': refuse([members, 'client-data.type'], 'type is missing', deleteClientData('type')),
  'type.number': refuse([members, 'client-data.type'], 'type is a number', setClientData('type', 1)),
  'type.null': refuse([members, 'client-data.type'], 'type is null', setClientData('type', null)),
  'type.list': refuse(
    [members, 'client-data.type'],
    'type is a list',
    editClientData('type', (text) => [text]),
  ),
  'type.empty': refuse('client-data.type', 'type is empty', setClientData('type', '')),
  'type.payment': refuse('client-data.type', 'type is payment.get', setClientData('type', 'payment.get')),
  'type.u2f': refuse('client-data.type', 'type is that of U2F', setClientData('type', 'navigator.id.finishEnrollment')),
  'type.case': refuse(
    'client-data.type',
    'type is in upper case',
    editClientData('type', (text) => text.toUpperCase()),
  ),
  'type.space': refuse(
    'client-data.type',
    'A space follows type',
    editClientData('type', (text) => `${text} `),
  ),
  'type.longer': refuse(
    'client-data.type',
    'type has another suffix',
    editClientData('type', (text) => `${text}.extended`),
  ),
  'type.prefix': refuse(
    'client-data.type',
    'type is cut off',
    editClientData('type', (text) => text.slice(0, -2)),
  ),
};

const challengeRows: Rows<Change> = {
  'challenge.missing': refuse(
    [members, 'client-data.challenge'],
    'challenge is missing',
    deleteClientData('challenge'),
  ),
  'challenge.number': refuse(
    [members, 'client-data.challenge'],
    'challenge is a number',
    setClientData('challenge', 1),
  ),
  'challenge.null': refuse([members, 'client-data.challenge'], 'challenge is null', setClientData('challenge', null)),
  'challenge.list': refuse(
    [members, 'client-data.challenge'],
    'challenge is a list',
    editClientData('challenge', (text) => [text]),
  ),
  'challenge.empty': refuse('client-data.challenge', 'challenge is empty', setClientData('challenge', '')),
  'challenge.other': refuse(
    'client-data.challenge',
    'challenge is another one',
    setClientData('challenge', toBase64url(new Uint8Array(32))),
  ),
  'challenge.bit': refuse(
    'client-data.challenge',
    'One bit of challenge differs',
    editClientData('challenge', (text) => {
      const bytes = fromBase64url(text).slice();
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      return toBase64url(bytes);
    }),
  ),
  'challenge.cut-off': refuse(
    'client-data.challenge',
    'challenge is cut off',
    editClientData('challenge', (text) => text.slice(0, 8)),
  ),
  'challenge.longer': refuse(
    'client-data.challenge',
    'challenge has more bytes',
    editClientData('challenge', (text) => `${text}AAAA`),
  ),
  'challenge.padded': refuse(
    'client-data.challenge',
    'challenge is padded with =',
    editClientData('challenge', (text) => `${text}=`),
  ),
  'challenge.case': refuse(
    'client-data.challenge',
    'challenge is in lower case',
    editClientData('challenge', (text) => `a${text.toLowerCase().slice(1)}`),
  ),
  'challenge.base64-twice': refuse(
    'client-data.challenge',
    'challenge is encoded in base64url twice',
    editClientData('challenge', (text) => toBase64url(utf8(text))),
  ),
  'challenge.hex': refuse(
    'client-data.challenge',
    'challenge is in hexadecimal',
    editClientData('challenge', (text) => Buffer.from(fromBase64url(text)).toString('hex')),
  ),
  'challenge.space': refuse(
    'client-data.challenge',
    'A space follows challenge',
    editClientData('challenge', (text) => `${text} `),
  ),
};

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

const originRows: Rows<Change> = {
  ...Object.fromEntries(
    wrongOrigins.map(([name, title, change]) => [
      `origin.${name}`,
      refuse<Change>(
        'client-data.origin',
        `origin ${title}`,
        editClientData('origin', (text) => change(new URL(text))),
      ),
    ]),
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

const embeddingRows: Rows<Change> = {
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
  'token-binding.present': refuse(
    'client-data.token-binding',
    'tokenBinding claims a token binding',
    setClientData('tokenBinding', { status: 'present', id: 'AAAA' }),
  ),
  'token-binding.text': refuse(
    'client-data.token-binding',
    'tokenBinding is text',
    setClientData('tokenBinding', 'supported'),
  ),
  'token-binding.unknown': refuse(
    'client-data.token-binding',
    'tokenBinding has an unknown status',
    setClientData('tokenBinding', { status: 'unknown' }),
  ),
};

const acceptedRows: Rows<Change> = {
  'control.byte-order-mark': accept(
    'A byte order mark precedes the client data',
    editClientDataText((text) => `\ufeff${text}`),
  ),
  'control.unknown-member': accept(
    'The client data has an unknown member',
    appendMember('"other_keys_can_be_added_here":"do not compare clientDataJSON against a template"'),
  ),
  'control.unknown-object': accept(
    'The client data has an unknown member that is an object',
    appendMember('"extra":{"type":"webauthn.create","origin":"https://attacker.example"}'),
  ),
  'control.without-cross-origin': accept('The client data has no crossOrigin', deleteClientData('crossOrigin')),
  'control.order': accept('The members are in another order', {
    clientData: (all) => Object.fromEntries(Object.entries(all).toReversed()),
  }),
  'control.white-space': accept(
    'The JSON has line breaks and indentation',
    editClientDataText((text) => JSON.stringify(JSON.parse(text), undefined, 2)),
  ),
  'control.escaped': accept(
    'A letter of the origin is an escape sequence',
    editClientDataText((text) => text.replace('"https', '"\\u0068ttps').replace('"http:', '"\\u0068ttp:')),
  ),
  'control.escaped-slash': accept(
    'The slashes of the origin are escaped',
    editClientDataText((text) => text.replaceAll('/', '\\/')),
  ),
  'control.token-binding-supported': accept(
    'tokenBinding says supported',
    setClientData('tokenBinding', { status: 'supported' }),
  ),
  'control.token-binding-not-supported': accept(
    'tokenBinding says not-supported',
    setClientData('tokenBinding', { status: 'not-supported' }),
  ),
  'control.non-ascii': accept('An unknown member has letters outside ASCII', appendMember('"gruß":"Zürich 日本"')),
};

const rows: Rows<Change> = {
  ...jsonRows,
  ...memberRows,
  ...challengeRows,
  ...originRows,
  ...embeddingRows,
  ...acceptedRows,
};

/** Changes of the client data after the authenticator signed its hash: only the signature can show them. */
const afterSigning: Change = { sentClientData: (bytes) => concat(bytes.subarray(0, -1), utf8(',"added":1}')) };

export const clientDataCases = [
  ...registrationCases('client-data', {}, rows),
  ...registrationCases(
    'client-data',
    {},
    {
      'type.of-sign-in': refuse('client-data.type', 'type is webauthn.get', setClientData('type', 'webauthn.get')),
    },
  ),
  ...registrationCases(
    'client-data',
    { attestation: 'packed-self' },
    {
      'hash.after-signing': refuse(
        'packed.self-signature',
        'A member was added after the hash was signed',
        afterSigning,
      ),
      'hash.white-space': refuse('packed.self-signature', 'A space was added after the hash was signed', {
        sentClientData: (bytes) => concat(bytes, utf8(' ')),
      }),
    },
  ),
  ...authenticationCases('sign-in-client-data', {}, rows),
  ...authenticationCases(
    'sign-in-client-data',
    {},
    {
      'type.of-registration': refuse(
        'client-data.type',
        'type is webauthn.create',
        setClientData('type', 'webauthn.create'),
      ),
      'hash.after-signing': refuse('assertion.signature', 'A member was added after the hash was signed', afterSigning),
      'hash.encoding': refuse(
        'assertion.signature',
        'A space was added after the hash was signed',
        editResponse('clientDataJSON', (text) => toBase64url(concat(fromBase64url(text), utf8(' ')))),
      ),
    },
  ),
];
