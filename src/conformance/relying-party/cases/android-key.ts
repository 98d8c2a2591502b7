/** Attestation format android-key: WebAuthn L3 sections 8.4 and 8.4.1. */
import { concat } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import * as der from '#protocol/der.ts';
import { appendBytes, deleteMember, dropLastBytes, editBytes, flipBits, setMember } from '#protocol/edits.ts';
import type { Change, RegistrationChange } from '../relying-party-case.ts';
import {
  addExtension,
  certificate,
  editExtension,
  expired,
  extension,
  oid,
  removeExtension,
  statement,
  suiteKey,
} from './certificates.ts';
import { accept, breaksForm, either, type Rows, refuse, registrationCases, withoutTrust } from './define.ts';
import { ecdsaEncodings } from './ecdsa-encodings.ts';

const signRule = 'android-key.signature';

interface KeyDescription {
  challenge?: Uint8Array;
  software?: Uint8Array[];
  hardware?: Uint8Array[];
}

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
  'description.trailing': breaksForm(
    refuse(
      'android-key.description',
      'A byte follows the key description',
      editExtension(oid.androidKeyDescription, ({ value }) => ({ value: appendBytes(0)(value) })),
    ),
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
  'control.software': either(
    'Section 8.4 lets a relying party accept only keys of a trusted execution environment',
    'Purpose and origin are in softwareEnforced',
    description({ software: valid, hardware: [] }),
  ),
  'control.without-critical': accept(
    'The key description is critical',
    editExtension(oid.androidKeyDescription, () => ({ critical: true })),
  ),
};

export const androidKeyCases = registrationCases('android-key', { attestation: 'android-key' }, androidKeyRows);
