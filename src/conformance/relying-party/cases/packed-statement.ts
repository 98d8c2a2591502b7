/** Statements of the format packed with certificates: WebAuthn L3 section 8.2. */
import { concat, utf8 } from '#base/bytes.ts';
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import { sha256 } from '#protocol/crypto.ts';
import {
  appendBytes,
  deleteMember,
  dropLastBytes,
  editBytes,
  flipBits,
  setMember,
  zeroBytes,
} from '#protocol/edits.ts';
import type { RegistrationChange } from '../relying-party-case.ts';
import { chain, statement, suiteKey } from './certificates.ts';
import { breaksForm, either, namesOtherAlgorithm, type Rows, refuse } from './define.ts';
import { ecdsaEncodings } from './ecdsa-encodings.ts';

const signatureRule = 'packed.signature';
const certificates = 'statement.certificates';
const members = 'packed.members';
const x5c = (change: (list: Uint8Array[]) => CborValue): RegistrationChange =>
  statement((all) => setMember('x5c', change(all.get('x5c') as Uint8Array[]))(all));
const firstOf = (change: (leaf: Uint8Array) => Uint8Array): RegistrationChange =>
  x5c(([leaf = new Uint8Array(), ...rest]) => [change(leaf), ...rest]);

export const statementRows: Rows<RegistrationChange> = {
  'sig.bit': refuse(signatureRule, 'One bit of sig differs', { authenticator: { signature: flipBits(-1) } }),
  'sig.other-key': refuse(
    signatureRule,
    'sig is made with another key',
    statement((all, { authData, clientDataHash }) =>
      setMember('sig', suiteKey('other').sign(concat(authData, clientDataHash)))(all),
    ),
  ),
  'sig.credential-key': refuse(
    signatureRule,
    'sig is made with the credential key',
    statement((all, { authData, clientDataHash, credentialKey }) =>
      setMember('sig', credentialKey.sign(concat(authData, clientDataHash)))(all),
    ),
  ),
  'sig.without-hash': refuse(
    signatureRule,
    'sig covers authData alone',
    statement((all, { authData, attestationKey }) => setMember('sig', attestationKey.sign(authData))(all)),
  ),
  'sig.without-auth-data': refuse(
    signatureRule,
    'sig covers clientDataHash alone',
    statement((all, { clientDataHash, attestationKey }) => setMember('sig', attestationKey.sign(clientDataHash))(all)),
  ),
  'sig.swapped': refuse(
    signatureRule,
    'sig covers clientDataHash before authData',
    statement((all, { authData, clientDataHash, attestationKey }) =>
      setMember('sig', attestationKey.sign(concat(clientDataHash, authData)))(all),
    ),
  ),
  'sig.other-client-data': refuse(signatureRule, 'sig covers the hash of other client data', {
    authenticator: { clientDataHash: (hash) => sha256(hash) },
  }),
  'sig.auth-data-after': refuse<RegistrationChange>(signatureRule, 'The counter changes after it was signed', {
    attestationObject: editBytes('authData', flipBits(33, 0x40)),
  }),
  'sig.missing': refuse([members, signatureRule], 'sig is missing', statement(deleteMember('sig'))),
  'sig.text': refuse(signatureRule, 'sig is text', statement(setMember('sig', 'sig'))),
  'sig.null': refuse(signatureRule, 'sig is null', statement(setMember('sig', null))),
  ...ecdsaEncodings<RegistrationChange>(signatureRule, (change) => ({ authenticator: { signature: change } })),
  'alg.missing': refuse([members, signatureRule], 'alg is missing', statement(deleteMember('alg'))),
  'alg.text': namesOtherAlgorithm(refuse(signatureRule, 'alg is text', statement(setMember('alg', 'ES256')))),
  'alg.rs256': namesOtherAlgorithm(
    refuse(signatureRule, 'alg is RS256 for a P-256 certificate', statement(setMember('alg', -257))),
  ),
  'alg.es384': namesOtherAlgorithm(
    refuse(signatureRule, 'alg is ES384 for a P-256 certificate', statement(setMember('alg', -35))),
  ),
  'alg.eddsa': namesOtherAlgorithm(
    refuse(signatureRule, 'alg is EdDSA for a P-256 certificate', statement(setMember('alg', -8))),
  ),
  'alg.unknown': namesOtherAlgorithm(refuse(signatureRule, 'alg is unknown', statement(setMember('alg', -65000)))),
  'alg.zero': namesOtherAlgorithm(refuse(signatureRule, 'alg is 0', statement(setMember('alg', 0)))),
  'member.more': refuse(members, 'There is a member more', statement(setMember('more', 1))),
  'member.ecdaa': refuse(
    members,
    'ecdaaKeyId of WebAuthn L1 is a member',
    statement(setMember('ecdaaKeyId', new Uint8Array(32))),
  ),
  'member.ver': refuse(members, 'ver is a member', statement(setMember('ver', '2.0'))),
  'x5c.empty': refuse(
    certificates,
    'x5c is empty',
    x5c(() => []),
  ),
  'x5c.bytes': refuse(
    certificates,
    'x5c is a byte string',
    x5c(([leaf]) => leaf ?? null),
  ),
  'x5c.text': refuse(
    certificates,
    'x5c contains text',
    x5c(([leaf]) => [Buffer.from(leaf ?? []).toString('base64')]),
  ),
  'x5c.null': refuse(
    certificates,
    'x5c is null',
    x5c(() => null),
  ),
  'x5c.nested': refuse(
    certificates,
    'x5c contains a list',
    x5c((list) => [list]),
  ),
  'x5c.map': refuse(
    certificates,
    'x5c is a map',
    x5c(([leaf]) => new Map([[0, leaf ?? 0]])),
  ),
  'x5c.cut-off': refuse(certificates, 'The certificate is missing its last byte', firstOf(dropLastBytes(1))),
  'x5c.trailing': breaksForm(refuse(certificates, 'A byte follows the certificate', firstOf(appendBytes(0)))),
  'x5c.empty-certificate': refuse(
    certificates,
    'The certificate has no bytes',
    firstOf(() => new Uint8Array()),
  ),
  'x5c.garbage': refuse(
    certificates,
    'The certificate is random',
    firstOf(() => sha256('garbage')),
  ),
  'x5c.pem': refuse(
    certificates,
    'The certificate is in PEM',
    firstOf((leaf) =>
      utf8(`-----BEGIN CERTIFICATE-----\n${Buffer.from(leaf).toString('base64')}\n-----END CERTIFICATE-----\n`),
    ),
  ),
  'x5c.ber': breaksForm(
    refuse(
      certificates,
      'The certificate has an indefinite length',
      firstOf((leaf) => concat(Uint8Array.of(0x30, 0x80), leaf.subarray(4), new Uint8Array(2))),
    ),
  ),
  'x5c.zeros': refuse(certificates, 'The certificate is zero', firstOf(zeroBytes)),
};

/** A certificate of another algorithm, with a signature of its key. */
const signedWith = (algorithm: 'ES384' | 'ES512' | 'EdDSA' | 'RS256'): RegistrationChange =>
  statement((all, context) => {
    const key = suiteKey(`attestation ${algorithm}`, algorithm);
    const issued = chain((builder) => [builder.leaf(builder.root, undefined, key)]).statement?.(
      all,
      context,
    ) as CborMap;
    const sig = key.sign(concat(context.authData, context.clientDataHash));
    return new Map(issued).set('alg', key.alg).set('sig', sig);
  });

export const algorithmRows: Rows<RegistrationChange> = Object.fromEntries(
  (['ES384', 'ES512', 'EdDSA', 'RS256'] as const).map((algorithm) => [
    `control.${algorithm.toLowerCase()}`,
    either(
      'No text says which algorithms of attestation certificates a relying party supports',
      `The attestation key is of ${algorithm}`,
      signedWith(algorithm),
    ),
  ]),
);
