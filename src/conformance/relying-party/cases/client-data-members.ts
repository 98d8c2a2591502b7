/** Members of client data that occur twice, type and challenge: WebAuthn L3 sections 5.8.1, 7.1 steps 7 and 8, 7.2 steps 10 and 11. */
import { fromBase64url, toBase64url, utf8 } from '#base/bytes.ts';
import type { Change, Consequence } from '../relying-party-case.ts';
import { mayAccept, type Rows, refuse, withConsequence } from './define.ts';
import { deleteClientData, editClientData, editClientDataText, setClientData } from './json-edits.ts';

const members = 'client-data.members';
const prependMember = (text: string): Change => editClientDataText((all) => all.replace(/^\{/, `{${text},`));

const parserChooses = 'RFC 8259 section 4 leaves it to the JSON parser which of two members with the same name counts';

const isEncoding: Consequence = {
  severity: 'hygiene',
  weakness: 'The challenge of this session is accepted in another encoding than that of clients',
};

export const memberRows: Rows<Change> = {
  'duplicate.type': mayAccept(
    parserChooses,
    refuse('client-data.duplicate', 'type occurs twice', prependMember('"type":"webauthn.unknown"')),
  ),
  'duplicate.challenge': mayAccept(
    parserChooses,
    refuse('client-data.duplicate', 'challenge occurs twice', prependMember('"challenge":"AAAA"')),
  ),
  'duplicate.origin': mayAccept(
    parserChooses,
    refuse('client-data.duplicate', 'origin occurs twice', prependMember('"origin":"https://attacker.example"')),
  ),
  'duplicate.cross-origin': mayAccept(
    parserChooses,
    refuse('client-data.duplicate', 'crossOrigin occurs twice', prependMember('"crossOrigin":true')),
  ),
  'duplicate.escaped': mayAccept(
    parserChooses,
    refuse(
      'client-data.duplicate',
      'origin occurs twice, once with an escape sequence',
      prependMember('"\\u006frigin":"https://attacker.example"'),
    ),
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

export const challengeRows: Rows<Change> = {
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
  'challenge.padded': withConsequence(
    isEncoding,
    refuse(
      'client-data.challenge',
      'challenge is padded with =',
      editClientData('challenge', (text) => `${text}=`),
    ),
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
  'challenge.space': withConsequence(
    isEncoding,
    refuse(
      'client-data.challenge',
      'A space follows challenge',
      editClientData('challenge', (text) => `${text} `),
    ),
  ),
};
