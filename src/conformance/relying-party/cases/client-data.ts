/** Client data: WebAuthn L3 sections 5.8.1, 7.1 steps 5 to 12 and 7.2 steps 8 to 14. */
import { concat, fromBase64url, toBase64url, utf8 } from '#base/bytes.ts';
import type { Change } from '../relying-party-case.ts';
import { jsonRows } from './client-data-json.ts';
import { challengeRows, memberRows } from './client-data-members.ts';
import { embeddingRows, originRows } from './client-data-origin.ts';
import { accept, authenticationCases, either, type Rows, refuse, registrationCases } from './define.ts';
import { deleteClientData, editClientDataText, editResponse, setClientData } from './json-edits.ts';

const appendMember = (text: string): Change => editClientDataText((all) => all.replace(/\}$/, `,${text}}`));

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
  'control.token-binding-not-supported': either(
    'Drafts of WebAuthn had the value, and no Recommendation has it',
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
