/** Attestation formats of platforms: android-key, apple and android-safetynet; WebAuthn L3 sections 8.4, 8.5 and 8.8. */
import { concat, toBase64url, utf8 } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import * as der from '#protocol/der.ts';
import { appendBytes, deleteMember, dropLastBytes, editBytes, flipBits, setMember } from '#protocol/edits.ts';
import type { CertificateTemplate } from '#protocol/x509/certificate.ts';
import type { Change, RegistrationChange } from '../relying-party-case.ts';
import {
  addExtension,
  ChainBuilder,
  certificate,
  chain,
  editExtension,
  extension,
  oid,
  removeExtension,
  statement,
  suiteKey,
} from './certificates.ts';
import { accept, type BaseChanges, type Rows, refuse, registrationCases } from './define.ts';
import { ecdsaEncodings } from './ecdsa-encodings.ts';

const signRule = 'android-key.signature';
const expired = { notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') };

interface KeyDescription {
  challenge?: Uint8Array;
  software?: Uint8Array[];
  hardware?: Uint8Array[];
}
/** A statement without certificates would otherwise be refused for that. */
const withoutTrust: BaseChanges = { settings: { attestation: 'optional' } };
/** Entries of an AuthorizationList. */
const entry = {
  purpose: (...values: number[]) => der.contextSpecific(1, der.setOf(...values.map((value) => der.integer(value)))),
  allApplications: () => der.contextSpecific(600, Uint8Array.of(0x05, 0x00)),
  origin: (value: number) => der.contextSpecific(702, der.integer(value)),
};
const valid = [entry.purpose(2), entry.origin(0)];

/** The 32 bytes of attestationChallenge in a key description. */
function readChallenge(description: Uint8Array): Uint8Array {
  const at = Buffer.from(description).indexOf(Uint8Array.of(0x04, 0x20));
  return description.subarray(at + 2, at + 34);
}

const description = (change: KeyDescription): Change =>
  editExtension(oid.androidKeyDescription, ({ value }) => ({
    value: der.sequence(
      der.integer(3),
      der.enumerated(1),
      der.integer(4),
      der.enumerated(1),
      der.octetString(change.challenge ?? readChallenge(value)),
      der.octetString(new Uint8Array()),
      der.sequence(...(change.software ?? [])),
      der.sequence(...(change.hardware ?? valid)),
    ),
  }));

const androidKeyRows: Rows<RegistrationChange> = {
  'alg.missing': refuse(
    ['android-key.members', 'android-key.algorithm', signRule],
    'alg is missing',
    statement(deleteMember('alg')),
  ),
  'alg.other': refuse(
    ['android-key.algorithm', signRule],
    'alg is RS256 for a key of ES256',
    statement(setMember('alg', -257)),
  ),
  'alg.text': refuse(['android-key.algorithm', signRule], 'alg is text', statement(setMember('alg', 'ES256'))),
  'sig.missing': refuse(['android-key.members', signRule], 'sig is missing', statement(deleteMember('sig'))),
  'sig.bit': refuse(signRule, 'One bit of sig differs', { authenticator: { signature: flipBits(-1) } }),
  'sig.other-key': refuse(
    signRule,
    'sig is made with another key',
    statement((all, { authData, clientDataHash }) =>
      setMember('sig', suiteKey('other').sign(concat(authData, clientDataHash)))(all),
    ),
  ),
  'sig.text': refuse(signRule, 'sig is text', statement(setMember('sig', 'sig'))),
  'sig.auth-data-after': refuse<RegistrationChange>(signRule, 'The counter changes after it was signed', {
    attestationObject: editBytes('authData', flipBits(33, 0x40)),
  }),
  ...ecdsaEncodings<RegistrationChange>(signRule, (change) => ({ authenticator: { signature: change } })),
  'member.more': refuse('android-key.members', 'There is a member more', statement(setMember('more', 1))),
  'x5c.missing': refuse('android-key.members', 'x5c is missing', statement(deleteMember('x5c')), withoutTrust),
  'x5c.empty': refuse('statement.certificates', 'x5c is empty', statement(setMember('x5c', []))),
  'key.other': refuse(
    ['android-key.credential-key', signRule],
    'The certificate has another key',
    certificate(() => ({ spki: suiteKey('other').spki })),
  ),
  'description.missing': refuse(
    'android-key.description',
    'The key description is missing',
    removeExtension(oid.androidKeyDescription),
  ),
  'description.null': refuse(
    'android-key.description',
    'The key description is NULL',
    editExtension(oid.androidKeyDescription, () => ({ value: Uint8Array.of(5, 0) })),
  ),
  'description.cut-off': refuse(
    'android-key.description',
    'The key description is cut off',
    editExtension(oid.androidKeyDescription, ({ value }) => ({ value: dropLastBytes(1)(value) })),
  ),
  'description.trailing': refuse(
    'android-key.description',
    'A byte follows the key description',
    editExtension(oid.androidKeyDescription, ({ value }) => ({ value: appendBytes(0)(value) })),
  ),
  'challenge.other': refuse(
    'android-key.challenge',
    'attestationChallenge is another one',
    description({ challenge: sha256('other') }),
  ),
  'challenge.empty': refuse(
    'android-key.challenge',
    'attestationChallenge is empty',
    description({ challenge: new Uint8Array() }),
  ),
  'challenge.other-client-data': refuse(
    ['android-key.challenge', signRule],
    'attestationChallenge is the hash of other client data',
    { authenticator: { clientDataHash: (hash) => sha256(hash) } },
  ),
  'all-applications.software': refuse(
    'android-key.all-applications',
    'allApplications is in softwareEnforced',
    description({ software: [entry.allApplications()] }),
  ),
  'all-applications.hardware': refuse(
    'android-key.all-applications',
    'allApplications is in the hardware list',
    description({ hardware: [entry.purpose(2), entry.allApplications(), entry.origin(0)] }),
  ),
  'origin.imported': refuse(
    'android-key.origin',
    'The key was imported',
    description({ hardware: [entry.purpose(2), entry.origin(2)] }),
  ),
  'origin.derived': refuse(
    'android-key.origin',
    'The key was derived',
    description({ hardware: [entry.purpose(2), entry.origin(1)] }),
  ),
  'origin.unknown': refuse(
    'android-key.origin',
    'The origin of the key is unknown',
    description({ hardware: [entry.purpose(2), entry.origin(3)] }),
  ),
  'origin.missing': refuse(
    'android-key.origin',
    'The origin of the key is missing',
    description({ hardware: [entry.purpose(2)] }),
  ),
  'purpose.missing': refuse(
    'android-key.purpose',
    'The purpose of the key is missing',
    description({ hardware: [entry.origin(0)] }),
  ),
  'purpose.encrypt': refuse(
    'android-key.purpose',
    'The key is for encryption',
    description({ hardware: [entry.purpose(0), entry.origin(0)] }),
  ),
  'purpose.also-decrypt': refuse(
    'android-key.purpose',
    'The key is for signing and decryption',
    description({ hardware: [entry.purpose(1, 2), entry.origin(0)] }),
  ),
  'purpose.empty': refuse(
    'android-key.purpose',
    'The list of purposes is empty',
    description({ hardware: [entry.purpose(), entry.origin(0)] }),
  ),
  'certificate.expired': refuse(
    'path.date',
    'The certificate has expired',
    certificate(() => expired),
  ),
  'certificate.critical': refuse(
    'leaf.critical-extension',
    'The certificate has an unknown critical extension',
    addExtension(extension(oid.unknown, true)),
  ),
  'control.valid': accept('x5c has no root', {}),
  'control.with-root': accept(
    'x5c has the root',
    statement((all, { root }) => setMember('x5c', [...(all.get('x5c') as Uint8Array[]), root.certificate])(all)),
  ),
  'control.software': accept(
    'Purpose and origin are in softwareEnforced',
    description({ software: valid, hardware: [] }),
  ),
  'control.without-critical': accept(
    'The key description is critical',
    editExtension(oid.androidKeyDescription, () => ({ critical: true })),
  ),
};

const appleRows: Rows<RegistrationChange> = {
  'x5c.missing': refuse('apple.members', 'x5c is missing', statement(deleteMember('x5c')), withoutTrust),
  'x5c.empty': refuse('statement.certificates', 'x5c is empty', statement(setMember('x5c', []))),
  'member.alg': refuse('apple.members', 'alg is a member', statement(setMember('alg', -7))),
  'member.more': refuse('apple.members', 'There is a member more', statement(setMember('more', 1))),
  'nonce.missing': refuse('apple.nonce', 'The nonce extension is missing', removeExtension(oid.appleNonce)),
  'nonce.bit': refuse(
    'apple.nonce',
    'One bit of the nonce differs',
    editExtension(oid.appleNonce, ({ value }) => ({ value: flipBits(-1)(value) })),
  ),
  'nonce.unwrapped': refuse(
    'apple.nonce',
    'The nonce is not wrapped in a sequence',
    editExtension(oid.appleNonce, ({ value }) => ({ value: value.slice(2) })),
  ),
  'nonce.other-tag': refuse(
    'apple.nonce',
    'The nonce has the tag 2',
    editExtension(oid.appleNonce, ({ value }) => ({ value: value.with(2, 0xa2) })),
  ),
  'nonce.short': refuse(
    'apple.nonce',
    'The nonce has 31 bytes',
    editExtension(oid.appleNonce, ({ value }) => ({
      value: der.sequence(der.contextSpecific(1, der.octetString(value.slice(-31)))),
    })),
  ),
  'nonce.trailing': refuse(
    'apple.nonce',
    'A byte follows the nonce extension',
    editExtension(oid.appleNonce, ({ value }) => ({ value: appendBytes(0)(value) })),
  ),
  'nonce.other-client-data': refuse('apple.nonce', 'The nonce is made with the hash of other client data', {
    authenticator: { clientDataHash: (hash) => sha256(hash) },
  }),
  'nonce.auth-data-after': refuse<RegistrationChange>(
    'apple.nonce',
    'The counter changes after the nonce was certified',
    { attestationObject: editBytes('authData', flipBits(33, 0x40)) },
  ),
  'key.other': refuse(
    'apple.credential-key',
    'The certificate has another key',
    certificate(() => ({ spki: suiteKey('other').spki })),
  ),
  'key.other-type': refuse(
    'apple.credential-key',
    'The certificate has an RSA key',
    certificate(() => ({ spki: suiteKey('other', 'RS256').spki })),
  ),
  'certificate.expired': refuse(
    'path.date',
    'The certificate has expired',
    certificate(() => expired),
  ),
  'certificate.critical': refuse(
    'leaf.critical-extension',
    'The certificate has an unknown critical extension',
    addExtension(extension(oid.unknown, true)),
  ),
  'control.valid': accept('The statement is valid', {}),
};

interface SafetyNetParts {
  header?: Record<string, unknown>;
  payload?: Record<string, unknown>;
  certificate?: Partial<CertificateTemplate>;
  signature?(bytes: Uint8Array): Uint8Array;
  response?(jws: string): string;
  knownRoot?: boolean;
}
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const host = 'attest.android.com';

/** Makes the whole response of the service, with these parts changed. */
const safetyNet = (parts: SafetyNetParts): RegistrationChange =>
  statement((all, context) => {
    const builder = new ChainBuilder(context);
    const key = suiteKey('safetynet', 'RS256');
    const issuer = parts.knownRoot === false ? builder.untrustedRoot('Unknown root') : builder.root;
    const leaf = builder.leaf(
      issuer,
      (template) => ({
        subject: [
          ['C', 'CH'],
          ['O', 'Suite'],
          ['CN', host],
        ],
        extensions: template.extensions.filter((one) => one.oid !== oid.aaguid),
        ...parts.certificate,
      }),
      key,
    );
    const nonce = base64(sha256(concat(context.authData, context.clientDataHash)));
    const payload = { nonce, timestampMs: Date.now(), ctsProfileMatch: true, basicIntegrity: true, ...parts.payload };
    const input = [{ alg: 'RS256', x5c: [base64(leaf)], ...parts.header }, payload]
      .map((part) => toBase64url(utf8(JSON.stringify(part))))
      .join('.');
    const signature = key.sign(utf8(input));
    const jws = `${input}.${toBase64url(parts.signature?.(signature) ?? signature)}`;
    return new Map(all).set('response', utf8(parts.response?.(jws) ?? jws));
  });
const response = 'android-safetynet.response';
const unreadable = [response] as const;

const safetyNetRows: Rows<RegistrationChange> = {
  'ver.missing': refuse(
    ['android-safetynet.members', 'android-safetynet.version'],
    'ver is missing',
    statement(deleteMember('ver')),
  ),
  'ver.empty': refuse('android-safetynet.version', 'ver is empty', statement(setMember('ver', ''))),
  'ver.number': refuse('android-safetynet.version', 'ver is a number', statement(setMember('ver', 1))),
  'member.more': refuse('android-safetynet.members', 'There is a member more', statement(setMember('more', 1))),
  'response.missing': refuse(
    ['android-safetynet.members', response],
    'response is missing',
    statement(deleteMember('response')),
    withoutTrust,
  ),
  'response.text': refuse(unreadable, 'response is text', statement(setMember('response', 'response')), withoutTrust),
  'response.two-parts': refuse(
    'android-safetynet.signature',
    'response has two parts',
    safetyNet({ response: (jws) => jws.split('.').slice(0, 2).join('.') }),
  ),
  'response.four-parts': refuse(
    unreadable,
    'response has four parts',
    safetyNet({ response: (jws) => `${jws}.AA` }),
    withoutTrust,
  ),
  'response.not-json': refuse(
    unreadable,
    'The payload is not JSON',
    safetyNet({ response: (jws) => jws.replace(/\.[^.]+\./, '.AAAA.') }),
    withoutTrust,
  ),
  'response.x5c-missing': refuse(
    unreadable,
    'The header has no x5c',
    safetyNet({ header: { x5c: undefined } }),
    withoutTrust,
  ),
  'response.x5c-text': refuse(
    unreadable,
    'x5c of the header is text',
    safetyNet({ header: { x5c: 'AAAA' } }),
    withoutTrust,
  ),
  'response.x5c-empty': refuse(
    'statement.certificates',
    'x5c of the header is empty',
    safetyNet({ header: { x5c: [] } }),
  ),
  'nonce.other': refuse(
    'android-safetynet.nonce',
    'nonce is another one',
    safetyNet({ payload: { nonce: base64(sha256('other')) } }),
  ),
  'nonce.missing': refuse('android-safetynet.nonce', 'nonce is missing', safetyNet({ payload: { nonce: undefined } })),
  'nonce.base64url': refuse(
    'android-safetynet.nonce',
    'nonce is in hexadecimal',
    safetyNet({ payload: { nonce: Buffer.from(sha256('other')).toString('hex') } }),
  ),
  'cts.false': refuse(
    'android-safetynet.cts-profile',
    'ctsProfileMatch is false',
    safetyNet({ payload: { ctsProfileMatch: false } }),
  ),
  'cts.missing': refuse(
    'android-safetynet.cts-profile',
    'ctsProfileMatch is missing',
    safetyNet({ payload: { ctsProfileMatch: undefined } }),
  ),
  'cts.text': refuse(
    'android-safetynet.cts-profile',
    'ctsProfileMatch is the text true',
    safetyNet({ payload: { ctsProfileMatch: 'true' } }),
  ),
  'timestamp.old': refuse(
    'android-safetynet.timestamp',
    'timestampMs is a day old',
    safetyNet({ payload: { timestampMs: 1 } }),
  ),
  'timestamp.future': refuse(
    'android-safetynet.timestamp',
    'timestampMs is in the future',
    safetyNet({ payload: { timestampMs: 4_000_000_000_000 } }),
  ),
  'timestamp.text': refuse(
    'android-safetynet.timestamp',
    'timestampMs is text',
    safetyNet({ payload: { timestampMs: 'now' } }),
  ),
  'timestamp.missing': refuse(
    'android-safetynet.timestamp',
    'timestampMs is missing',
    safetyNet({ payload: { timestampMs: undefined } }),
  ),
  'host.other': refuse(
    'android-safetynet.host',
    'The certificate is that of another host',
    safetyNet({ certificate: { subject: [['CN', 'attacker.example']] } }),
  ),
  'host.suffix': refuse(
    'android-safetynet.host',
    'The host of the certificate has a suffix',
    safetyNet({ certificate: { subject: [['CN', `${host}.attacker.example`]] } }),
  ),
  'host.subdomain': refuse(
    'android-safetynet.host',
    'The host of the certificate is a subdomain',
    safetyNet({ certificate: { subject: [['CN', `evil.${host}`]] } }),
  ),
  'signature.bit': refuse(
    'android-safetynet.signature',
    'One bit of the signature differs',
    safetyNet({ signature: flipBits(-1) }),
  ),
  'signature.empty': refuse(
    'android-safetynet.signature',
    'The signature is empty',
    safetyNet({ signature: () => new Uint8Array() }),
  ),
  'signature.alg-none': refuse(
    'android-safetynet.signature',
    'alg of the header is none, and there is no signature',
    safetyNet({ header: { alg: 'none' }, signature: () => new Uint8Array() }),
  ),
  'signature.alg-hmac': refuse(
    'android-safetynet.signature',
    'alg of the header is HS256',
    safetyNet({ header: { alg: 'HS256' } }),
  ),
  'signature.alg-missing': refuse(
    'android-safetynet.signature',
    'alg of the header is missing',
    safetyNet({ header: { alg: undefined } }),
  ),
  'certificate.expired': refuse('path.date', 'The certificate has expired', safetyNet({ certificate: expired })),
  'certificate.anchor': refuse(
    'path.anchor',
    'The certificate leads to an unknown root',
    safetyNet({ knownRoot: false }),
  ),
  'control.remade': accept('The response is made by the suite', safetyNet({})),
  'control.unknown-claim': accept(
    'The payload has an unknown claim',
    safetyNet({ payload: { evaluationType: 'BASIC' } }),
  ),
  'control.valid': accept('The response is made by the emulator', {}),
};

export const platformCases = [
  ...registrationCases('android-key', { attestation: 'android-key' }, androidKeyRows),
  ...registrationCases('apple', { attestation: 'apple' }, appleRows),
  ...registrationCases(
    'apple',
    { attestation: 'apple' },
    {
      'anchor.unknown': refuse(
        ['path.anchor', 'apple.nonce', 'apple.credential-key'],
        'The certificate leads to an unknown root, and is not about the credential',
        chain((one) => [one.leaf(one.untrustedRoot('Unknown root'))]),
      ),
    },
  ),
  ...registrationCases('android-safetynet', { attestation: 'android-safetynet' }, safetyNetRows),
];
