/** The JSON of the credential: WebAuthn L3 sections 5.1 and 7.1 step 3, 7.2 step 3. */
import type { AuthenticationChange, Change, RegistrationChange } from '../relying-party-case.ts';
import { accept, authenticationCases, either, mayAccept, type Rows, refuse, registrationCases } from './define.ts';
import { deleteEnvelope, deleteResponse, editEnvelope, editResponse, setEnvelope, setResponse } from './json-edits.ts';

const members = 'envelope.members';
const toBase64 = (text: string): string => `${text.replaceAll('-', '+').replaceAll('_', '/')}`;
const pad = (text: string): string => `${text}${'='.repeat((4 - (text.length % 4)) % 4) || '===='}`;
const replaceAll = (value: unknown): Change => ({ envelope: () => value });
/** The last character of 32 bytes in base64url has two bits that no byte uses. */
const setUnusedBits = (text: string): string =>
  text.replace(/.$/, (last) => String.fromCharCode(last.charCodeAt(0) + 1));

/** A body that is another JSON value than an object with members. */
function bodyRows(): Rows<Change> {
  const ofBody = (['null', 'array', 'text', 'number', 'empty', 'boolean'] as const).map((kind) => {
    const value = { null: null, array: [], text: 'credential', number: 1, empty: {}, boolean: true }[kind];
    return [
      `body.${kind}`,
      refuse<Change>(members, `The body is ${kind === 'empty' ? 'an empty object' : kind}`, replaceAll(value)),
    ] as const;
  });
  return Object.fromEntries(ofBody);
}

const idRows: Rows<Change> = {
  'body.in-array': refuse(members, 'The body is a list that contains the credential', { envelope: (json) => [json] }),
  'id.missing': refuse(members, 'id is missing', deleteEnvelope('id')),
  'id.number': refuse(members, 'id is a number', setEnvelope('id', 7)),
  'id.empty': refuse(members, 'id is empty', { envelope: (json) => ({ ...json, id: '', rawId: '' }) }),
  'id.padded': refuse(members, 'id is padded with =', {
    envelope: (json) => ({ ...json, id: pad(json.id), rawId: pad(json.id) }),
  }),
  'id.unused-bits': refuse(members, 'id has bits set that no byte uses', {
    envelope: (json) => ({ ...json, id: setUnusedBits(json.id), rawId: setUnusedBits(json.id) }),
  }),
  'id.line-break': refuse(members, 'id ends with a line break', {
    envelope: (json) => ({ ...json, id: `${json.id}\n`, rawId: `${json.id}\n` }),
  }),
  'raw-id.missing': refuse(members, 'rawId is missing', deleteEnvelope('rawId')),
  'raw-id.number': refuse(members, 'rawId is a number', setEnvelope('rawId', 7)),
  'raw-id.other': refuse('envelope.raw-id', 'rawId differs from id', setEnvelope('rawId', 'AAAAAAAAAAAAAAAAAAAAAA')),
  'raw-id.case': refuse('envelope.raw-id', 'rawId is id in lower case', {
    envelope: (json) => ({ ...json, rawId: `${json.id.slice(0, -3).toLowerCase()}${json.id.slice(-3)}` }),
  }),
};

const isNotNeeded = 'The JSON of a response has the member, but no step of the verification needs it';
const isIgnored = 'A relying party may ignore the outputs of extensions';

const memberRows: Rows<Change> = {
  'type.missing': refuse(members, 'type is missing', deleteEnvelope('type')),
  'type.other': refuse(members, 'type is password', setEnvelope('type', 'password')),
  'type.case': refuse(members, 'type is in upper case', setEnvelope('type', 'PUBLIC-KEY')),
  'type.list': refuse(members, 'type is a list', setEnvelope('type', ['public-key'])),
  'response.missing': refuse(members, 'response is missing', deleteEnvelope('response')),
  'response.text': refuse(members, 'response is text', setEnvelope('response', 'response')),
  'response.list': refuse(members, 'response is a list', setEnvelope('response', [])),
  'response.null': refuse(members, 'response is null', setEnvelope('response', null)),
  'extensions.text': mayAccept(
    isNotNeeded,
    refuse(members, 'clientExtensionResults is text', setEnvelope('clientExtensionResults', 'none')),
  ),
};

/** Members that no step of the verification needs. */
const optionalRows: Rows<Change> = {
  'extensions.missing': either(
    isNotNeeded,
    'clientExtensionResults is missing',
    deleteEnvelope('clientExtensionResults'),
  ),
  'attachment.unknown': accept(
    'authenticatorAttachment has an unknown value',
    setEnvelope('authenticatorAttachment', 'implanted'),
  ),
  'attachment.missing': accept('authenticatorAttachment is missing', deleteEnvelope('authenticatorAttachment')),
  'attachment.null': either(
    'The JSON of a response leaves the member out when the attribute is null',
    'authenticatorAttachment is null',
    setEnvelope('authenticatorAttachment', null),
  ),
  'member.unknown': accept('The credential has an unknown member', setEnvelope('unknownMember', { a: 1 })),
  'response.member-unknown': accept('The response has an unknown member', setResponse('unknownMember', 'AA')),
  'extensions.unknown': accept(
    'An unknown client extension has a result',
    setEnvelope('clientExtensionResults', { unknownExtension: true }),
  ),
};

/** `texts` are the members of `response` in base64url. */
function textRows(texts: readonly string[]): Rows<Change> {
  const wrong: [name: string, title: string, value: unknown][] = [
    ['number', 'a number', 1],
    ['null', 'null', null],
    ['object', 'an object', {}],
    ['array', 'a list', []],
    ['empty', 'an empty text', ''],
    ['not-base64url', 'text that is not base64url', 'ä*?'],
  ];
  const ofText = texts.flatMap((name) => [
    [`${name}.missing`, refuse<Change>(members, `response.${name} is missing`, deleteResponse(name))] as const,
    ...wrong.map(
      ([id, title, value]) =>
        [`${name}.${id}`, refuse<Change>(members, `response.${name} is ${title}`, setResponse(name, value))] as const,
    ),
    [`${name}.padded`, refuse<Change>(members, `response.${name} is padded with =`, editResponse(name, pad))] as const,
  ]);
  return Object.fromEntries(ofText);
}

/** Rows for a body that is not the JSON of a credential; `texts` are the members of `response` in base64url. */
const commonRows = (texts: readonly string[]): Rows<Change> => ({
  ...bodyRows(),
  ...idRows,
  ...memberRows,
  ...optionalRows,
  ...textRows(texts),
});

const registrationRows: Rows<RegistrationChange> = {
  ...commonRows(['clientDataJSON', 'attestationObject']),
  'transports.unknown': accept('transports contains an unknown value', setResponse('transports', ['usb', 'telepathy'])),
  'transports.empty': accept('transports is an empty list', setResponse('transports', [])),
  'transports.missing': either(isNotNeeded, 'transports is missing', deleteResponse('transports')),
  'transports.twice': accept('transports contains a value twice', setResponse('transports', ['usb', 'usb'])),
  'transports.text': refuse(members, 'transports is text', setResponse('transports', 'usb')),
  'transports.numbers': refuse(members, 'transports contains a number', setResponse('transports', [1])),
  'attestation-object.base64': refuse(
    members,
    'attestationObject is in base64 with + and /',
    editResponse('attestationObject', (text) => `${toBase64(text)}+/==`),
  ),
  'credprops.text': mayAccept(
    isIgnored,
    refuse(
      'extensions.output',
      'credProps.rk is text',
      setEnvelope('clientExtensionResults', { credProps: { rk: 'yes' } }),
    ),
  ),
  'credprops.number': mayAccept(
    isIgnored,
    refuse(
      'extensions.output',
      'credProps.rk is a number',
      setEnvelope('clientExtensionResults', { credProps: { rk: 1 } }),
    ),
  ),
  'credprops.list': mayAccept(
    isIgnored,
    refuse('extensions.output', 'credProps is a list', setEnvelope('clientExtensionResults', { credProps: [] })),
  ),
  'credprops.empty': accept('credProps has no rk', setEnvelope('clientExtensionResults', { credProps: {} })),
  'credprops.false': accept(
    'credProps.rk is false',
    setEnvelope('clientExtensionResults', { credProps: { rk: false } }),
  ),
  'getters.missing': either(isNotNeeded, 'The response has none of the members of getters', {
    envelope: ({ response: { clientDataJSON, attestationObject }, ...json }) => ({
      ...json,
      response: { clientDataJSON, attestationObject },
    }),
  }),
};

const authenticationRows: Rows<AuthenticationChange> = {
  ...commonRows(['clientDataJSON', 'authenticatorData', 'signature']),
  'user-handle.number': refuse(members, 'userHandle is a number', setResponse('userHandle', 1)),
  'user-handle.padded': refuse(members, 'userHandle is padded with =', editResponse('userHandle', pad)),
  'id.other-in-lower-case': refuse('assertion.credential', 'id and rawId are in lower case', {
    envelope: (json) => {
      const id = `${json.id.slice(0, -3).toLowerCase()}${json.id.slice(-3)}`;
      return { ...json, id, rawId: id };
    },
  }),
  'type.webauthn': refuse(
    members,
    'type is webauthn.get',
    editEnvelope('type', () => 'webauthn.get'),
  ),
};

export const envelopeCases = [
  ...registrationCases('envelope', {}, registrationRows),
  ...authenticationCases('sign-in-envelope', {}, authenticationRows),
];
