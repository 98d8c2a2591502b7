/** Attestation format fido-u2f: WebAuthn L3 section 8.6. */
import { concat } from '#base/bytes.ts';
import { encode } from '#protocol/cbor.ts';
import { coseKeyLabels } from '#protocol/cose.ts';
import { sha256 } from '#protocol/crypto.ts';
import { deleteMember, flipBits, setMember } from '#protocol/edits.ts';
import type { RegistrationChange, SigningContext } from '../relying-party-case.ts';
import { certificate, chain, statement, suiteKey } from './certificates.ts';
import { accept, type BaseChanges, mayAccept, type Rows, refuse, registrationCases } from './define.ts';
import { ecdsaEncodings } from './ecdsa-encodings.ts';

const rule = 'fido-u2f.signature';
/** A statement without certificates would otherwise be refused for that. */
const withoutTrust: BaseChanges = { settings: { attestation: 'optional' } };

/** The parts of verificationData, section 8.6 step 5. */
function signedParts({ authData, clientDataHash, credentialKey }: SigningContext) {
  const idEnd = 55 + (authData[53] ?? 0) * 256 + (authData[54] ?? 0);
  const [x, y] = [credentialKey.publicKey.get(coseKeyLabels.x), credentialKey.publicKey.get(coseKeyLabels.y)];
  return {
    reserved: Uint8Array.of(0),
    rpIdHash: authData.subarray(0, 32),
    clientDataHash,
    credentialId: authData.subarray(55, idEnd),
    publicKey: concat(Uint8Array.of(4), x as Uint8Array, y as Uint8Array),
  };
}

type Parts = ReturnType<typeof signedParts>;
/** Signs other data than section 8.6 requires. */
const signs = (data: (parts: Parts) => Uint8Array): RegistrationChange =>
  statement((all, context) => setMember('sig', context.attestationKey.sign(data(signedParts(context))))(all));

const rows: Rows<RegistrationChange> = {
  'sig.bit': refuse(rule, 'One bit of sig differs', { authenticator: { signature: flipBits(-1) } }),
  'sig.other-key': refuse(
    rule,
    'sig is made with another key',
    statement((all, context) =>
      setMember('sig', suiteKey('other').sign(concat(...Object.values(signedParts(context)))))(all),
    ),
  ),
  'sig.other-client-data': refuse(rule, 'sig covers the hash of other client data', {
    authenticator: { clientDataHash: (hash) => sha256(hash) },
  }),
  'sig.reserved': refuse(
    rule,
    'The reserved byte is 5',
    signs((parts) => concat(...Object.values({ ...parts, reserved: Uint8Array.of(5) }))),
  ),
  'sig.reserved-missing': refuse(
    rule,
    'The reserved byte is missing',
    signs(({ reserved: _, ...parts }) => concat(...Object.values(parts))),
  ),
  'sig.order': refuse(
    rule,
    'The two hashes are swapped',
    signs((parts) => concat(parts.reserved, parts.clientDataHash, parts.rpIdHash, parts.credentialId, parts.publicKey)),
  ),
  'sig.key-order': refuse(
    rule,
    'The public key precedes the credential id',
    signs((parts) => concat(parts.reserved, parts.rpIdHash, parts.clientDataHash, parts.publicKey, parts.credentialId)),
  ),
  'sig.without-id': refuse(
    rule,
    'sig does not cover the credential id',
    signs(({ credentialId: _, ...parts }) => concat(...Object.values(parts))),
  ),
  'sig.without-key': refuse(
    rule,
    'sig does not cover the public key',
    signs(({ publicKey: _, ...parts }) => concat(...Object.values(parts))),
  ),
  'sig.compressed': refuse(
    rule,
    'The public key is compressed',
    signs((parts) =>
      concat(...Object.values({ ...parts, publicKey: concat(Uint8Array.of(2), parts.publicKey.subarray(1, 33)) })),
    ),
  ),
  'sig.point-without-head': refuse(
    rule,
    'The public key has no first byte 4',
    signs((parts) => concat(...Object.values({ ...parts, publicKey: parts.publicKey.subarray(1) }))),
  ),
  'sig.packed': refuse(
    rule,
    'sig covers what the format packed signs',
    statement((all, { authData, clientDataHash, attestationKey }) =>
      setMember('sig', attestationKey.sign(concat(authData, clientDataHash)))(all),
    ),
  ),
  'sig.missing': refuse('fido-u2f.members', 'sig is missing', statement(deleteMember('sig'))),
  'sig.text': refuse('fido-u2f.members', 'sig is text', statement(setMember('sig', 'sig'))),
  ...ecdsaEncodings<RegistrationChange>(rule, (change) => ({ authenticator: { signature: change } })),
  'member.alg': refuse('fido-u2f.members', 'alg is a member', statement(setMember('alg', -7))),
  'member.more': refuse('fido-u2f.members', 'There is a member more', statement(setMember('more', 1))),
  'x5c.missing': refuse(
    ['fido-u2f.members', 'fido-u2f.single-certificate', rule],
    'x5c is missing',
    statement(deleteMember('x5c')),
    withoutTrust,
  ),
  'x5c.empty': refuse('statement.certificates', 'x5c is empty', statement(setMember('x5c', []))),
  'x5c.two': refuse(
    'fido-u2f.single-certificate',
    'The root is in x5c',
    statement((all, { root }) => setMember('x5c', [...(all.get('x5c') as Uint8Array[]), root.certificate])(all)),
  ),
  'key.p384': refuse(
    ['fido-u2f.certificate-key', rule],
    'The certificate has a P-384 key',
    certificate(() => ({ spki: suiteKey('other', 'ES384').spki })) as RegistrationChange,
  ),
  'key.rsa': refuse(
    ['fido-u2f.certificate-key', rule],
    'The certificate has an RSA key',
    certificate(() => ({ spki: suiteKey('other', 'RS256').spki })) as RegistrationChange,
  ),
  'key.other': refuse(
    rule,
    'The certificate has another key',
    certificate(() => ({ spki: suiteKey('other').spki })) as RegistrationChange,
  ),
  'credential-key.p384': refuse(
    ['fido-u2f.credential-key', rule],
    'The credential key is on P-384',
    {
      authenticator: {
        authData: (data) => ({
          ...data,
          attestedCredentialData: data.attestedCredentialData && {
            ...data.attestedCredentialData,
            credentialPublicKey: encode(suiteKey('other', 'ES384').publicKey),
          },
        }),
      },
    },
    { otherAlgorithm: 'ES384', settings: { algorithms: [-7, -35] } },
  ),
  'aaguid.set': mayAccept(
    'U2F has no AAGUID and clients set it to zero (CTAP 2.1 section 7.2), but section 8.6 does not check it',
    refuse('fido-u2f.aaguid', 'The AAGUID is not zero', {
      authenticator: {
        encodedAuthData: (all) => concat(all.subarray(0, 37), new Uint8Array(16).fill(7), all.subarray(53)),
      },
    }),
  ),
  'anchor.unknown': refuse(
    'path.anchor',
    'The certificate leads to an unknown root',
    chain((one) => [one.leaf(one.untrustedRoot('Unknown root'))]),
  ),
  'control.valid': accept('The statement is valid', {}),
};

export const fidoU2fCases = registrationCases('fido-u2f', { attestation: 'fido-u2f' }, rows);
