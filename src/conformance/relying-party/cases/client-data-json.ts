/** The JSON of client data: WebAuthn L3 sections 5.8.1 and 7.1 steps 5 and 6. */
import { concat, toBase64url, utf8 } from '#base/bytes.ts';
import type { Change } from '../relying-party-case.ts';
import { mayAccept, type Rows, refuse } from './define.ts';
import { editClientDataText, setResponse } from './json-edits.ts';

const json = 'client-data.json';
const sent = (bytes: Uint8Array): Change => ({ clientDataBytes: () => bytes });

const parserExtends =
  'WebAuthn leaves the JSON parser to the implementation, and RFC 8259 section 9 lets a parser accept more than JSON';

export const jsonRows: Rows<Change> = {
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
  'json.single-quotes': mayAccept(
    parserExtends,
    refuse(
      json,
      'The client data has single quotes',
      editClientDataText((text) => text.replaceAll('"', "'")),
    ),
  ),
  'json.comment': mayAccept(
    parserExtends,
    refuse(
      json,
      'The client data contains a comment',
      editClientDataText((text) => `/* */${text}`),
    ),
  ),
  'json.trailing-comma': mayAccept(
    parserExtends,
    refuse(
      json,
      'A comma follows the last member',
      editClientDataText((text) => text.replace(/\}$/, ',}')),
    ),
  ),
  'json.two-byte-order-marks': mayAccept(
    'RFC 8259 section 8.1 lets a parser ignore a byte order mark, and step 5 of section 7.1 removes one',
    refuse(
      json,
      'Two byte order marks precede the client data',
      editClientDataText((text) => `\ufeff\ufeff${text}`),
    ),
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
