/** Sign-in: WebAuthn L3 section 7.2 steps 5, 6 and 21, and assertion signatures of every algorithm. */
import { concat, utf8 } from '#base/bytes.ts';
import { type CoseAlgorithm, coseAlgorithms } from '#protocol/cose.ts';
import { importSigningKey, sha256 } from '#protocol/crypto.ts';
import { appendBytes, dropLastBytes, flipBits, zeroBytes } from '#protocol/edits.ts';
import { findShort, signUntil } from '../ecdsa-lengths.ts';
import type { AuthenticationChange } from '../relying-party-case.ts';
import { accept, authenticationCases, type Rows, refuse, registrationCases } from './define.ts';
import { ecdsaEncodings } from './ecdsa-encodings.ts';
import { deleteResponse, editResponse, setResponse } from './json-edits.ts';

const rule = 'assertion.signature';
const signature = (change: (bytes: Uint8Array) => Uint8Array): AuthenticationChange => ({ assertionSignature: change });
const otherKey = importSigningKey('ES256', sha256('another key of the suite'));

const shortInteger = (name: 'r' | 's'): AuthenticationChange => ({
  assertionSignature: (_, { signed, credentialKey }) =>
    signUntil(credentialKey, signed, (bytes) => findShort('ES256', bytes)?.[name] === true),
});

const signatureRows: Rows<AuthenticationChange> = {
  'signature.bit': refuse<AuthenticationChange>(rule, 'One bit of the signature differs', signature(flipBits(-1))),
  'signature.other-key': refuse<AuthenticationChange>(rule, 'The signature is made with another key', {
    assertionSignature: (_, { signed }) => otherKey.sign(signed),
  }),
  'signature.other-data': refuse<AuthenticationChange>(rule, 'The signature covers other data', {
    assertionSignature: (_, { credentialKey }) => credentialKey.sign(utf8('other data')),
  }),
  'signature.without-hash': refuse<AuthenticationChange>(rule, 'The signature covers authenticator data alone', {
    assertionSignature: (_, { signed, credentialKey }) => credentialKey.sign(signed.subarray(0, -32)),
  }),
  'signature.without-auth-data': refuse<AuthenticationChange>(
    rule,
    'The signature covers the hash of the client data alone',
    {
      assertionSignature: (_, { signed, credentialKey }) => credentialKey.sign(signed.subarray(-32)),
    },
  ),
  'signature.hashed-twice': refuse<AuthenticationChange>(rule, 'The signature covers the hash of the data', {
    assertionSignature: (_, { signed, credentialKey }) => credentialKey.sign(sha256(signed)),
  }),
  'signature.swapped': refuse<AuthenticationChange>(rule, 'The signature covers the hash before authenticator data', {
    assertionSignature: (_, { signed, credentialKey }) =>
      credentialKey.sign(concat(signed.subarray(-32), signed.subarray(0, -32))),
  }),
  'signature.other-hash': refuse<AuthenticationChange>(rule, 'The signature covers the hash of other client data', {
    authenticator: { clientDataHash: (hash) => sha256(hash) },
  }),
  'signature.auth-data-after': refuse<AuthenticationChange>(
    rule,
    'The counter changes after it was signed',
    editResponse('authenticatorData', (text) =>
      Buffer.from(flipBits(33, 0x40)(Buffer.from(text, 'base64url'))).toString('base64url'),
    ),
  ),
  ...ecdsaEncodings(rule, (change) => signature(change)),
  'signature.control-short-r': accept('r is shorter than 32 bytes', shortInteger('r')),
  'signature.control-short-s': accept('s is shorter than 32 bytes', shortInteger('s')),
};

const userRows: Rows<AuthenticationChange> = {
  'credential.unknown': refuse('assertion.credential', 'The credential id is unknown', {
    envelope: (json) => ({ ...json, id: 'dW5rbm93bi1jcmVkZW50aWFs', rawId: 'dW5rbm93bi1jcmVkZW50aWFs' }),
  }),
  'credential.longer': refuse('assertion.credential', 'Bytes follow the credential id', {
    envelope: (json) => {
      const id = `${json.id.slice(0, 40)}AAAA`;
      return { ...json, id, rawId: id };
    },
  }),
  'user-handle.other': refuse(
    'assertion.user-handle',
    'userHandle is that of another user',
    setResponse('userHandle', 'YW5vdGhlci11c2Vy'),
  ),
  'user-handle.missing': refuse(
    'assertion.user-handle',
    'userHandle is missing, and no user was known before',
    deleteResponse('userHandle'),
  ),
  'user-handle.null': refuse(
    'assertion.user-handle',
    'userHandle is null, and no user was known before',
    setResponse('userHandle', null),
  ),
};

const names = Object.keys(coseAlgorithms) as CoseAlgorithm[];
const eachAlgorithm = <Row>(row: (name: CoseAlgorithm) => Row): Record<string, Row> =>
  Object.fromEntries(names.map((name) => [name.toLowerCase(), row(name)]));

export const signInCases = [
  ...authenticationCases('sign-in', {}, { ...signatureRows, ...userRows }),
  ...authenticationCases(
    'sign-in-algorithms',
    {},
    {
      ...Object.fromEntries(
        Object.entries(
          eachAlgorithm((name) => accept<AuthenticationChange>(`A signature of ${name}`, {}, { algorithm: name })),
        ).map(([id, row]) => [`control.${id}`, row]),
      ),
      ...Object.fromEntries(
        Object.entries(
          eachAlgorithm((name) =>
            refuse<AuthenticationChange>(rule, `One bit of a signature of ${name} differs`, signature(flipBits(5)), {
              algorithm: name,
            }),
          ),
        )
          .filter(([id]) => !id.startsWith('es'))
          .map(([id, row]) => [`bit.${id}`, row]),
      ),
      'zero.eddsa': refuse(rule, 'An EdDSA signature is zero', signature(zeroBytes), { algorithm: 'EdDSA' }),
      'zero.rs256': refuse(rule, 'An RS256 signature is zero', signature(zeroBytes), { algorithm: 'RS256' }),
      'cut-off.eddsa': refuse(rule, 'An EdDSA signature is missing its last byte', signature(dropLastBytes(1)), {
        algorithm: 'EdDSA',
      }),
      'cut-off.rs256': refuse(rule, 'An RS256 signature is missing its last byte', signature(dropLastBytes(1)), {
        algorithm: 'RS256',
      }),
      'longer.eddsa': refuse(rule, 'A byte follows an EdDSA signature', signature(appendBytes(0)), {
        algorithm: 'EdDSA',
      }),
      'longer.rs256': refuse(rule, 'A byte follows an RS256 signature', signature(appendBytes(0)), {
        algorithm: 'RS256',
      }),
    },
  ),
  ...registrationCases(
    'algorithms',
    {},
    Object.fromEntries(
      Object.entries(eachAlgorithm((name) => accept(`A credential key of ${name}`, {}, { algorithm: name }))).map(
        ([id, row]) => [`control.${id}`, row],
      ),
    ),
  ),
];
