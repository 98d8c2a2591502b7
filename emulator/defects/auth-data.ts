/** Defects in the layout of authenticator data: rpIdHash, attested credential data, extensions, and lengths. */
import { concat } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import { appendBytes, flipBits } from '#protocol/edits.ts';
import { defectsDetectedBy } from './defect.ts';
import { editAttestedData, editRegistrationData } from './mutators.ts';

const layout = 'WebAuthn L3 section 6.1';
const attested = 'WebAuthn L3 section 6.5.1';
const idLength = 'WebAuthn L3 section 7.1 step 25';

/** Changes encoded authenticator data of registrations. Assertions here have 37 bytes and stay unchanged. */
const editEncodedRegistration = (change: (bytes: Uint8Array) => Uint8Array) => ({
  encodedAuthData: (bytes: Uint8Array) => (bytes.length > 55 ? change(bytes) : bytes),
});
/** Changes the length field of the credential id. */
const editIdLength = (change: (length: number) => number) =>
  editEncodedRegistration((bytes) => {
    const changed = bytes.slice();
    const view = new DataView(changed.buffer);
    view.setUint16(53, change(view.getUint16(53)));
    return changed;
  });

export const authDataDefects = defectsDetectedBy('relying-party', {
  'authdata.rp-id-hash-other': {
    title: 'rpIdHash belongs to another relying party',
    breaks: layout,
    authData: (data) => ({ ...data, rpIdHash: sha256(data.rpIdHash) }),
  },
  'authdata.rp-id-hash-zero': {
    title: 'rpIdHash is all zero bytes',
    breaks: layout,
    authData: (data) => ({ ...data, rpIdHash: new Uint8Array(32) }),
  },
  'authdata.rp-id-hash-bit': {
    title: 'One bit of rpIdHash is wrong',
    breaks: layout,
    authData: (data) => ({ ...data, rpIdHash: flipBits(31)(data.rpIdHash) }),
  },
  'authdata.empty': {
    title: 'Authenticator data is empty',
    breaks: layout,
    encodedAuthData: () => new Uint8Array(0),
  },
  'authdata.cut-before-flags': {
    title: 'Authenticator data ends before the flags',
    breaks: layout,
    encodedAuthData: (bytes) => bytes.slice(0, 32),
  },
  'authdata.cut-in-counter': {
    title: 'Authenticator data ends inside the counter',
    breaks: layout,
    encodedAuthData: (bytes) => bytes.slice(0, 36),
  },
  'authdata.cut-in-aaguid': {
    title: 'Authenticator data ends inside the AAGUID',
    breaks: attested,
    ...editEncodedRegistration((bytes) => bytes.slice(0, 45)),
  },
  'authdata.cut-in-credential-id': {
    title: 'Authenticator data ends inside the credential id',
    breaks: attested,
    ...editEncodedRegistration((bytes) => bytes.slice(0, 60)),
  },
  'authdata.trailing-byte': {
    title: 'An extra byte follows authenticator data',
    breaks: layout,
    encodedAuthData: appendBytes(0),
  },
  'authdata.doubled': {
    title: 'Authenticator data is repeated twice',
    breaks: layout,
    ...editEncodedRegistration((bytes) => concat(bytes, bytes)),
  },
  'authdata.not-attested': {
    title: 'A registration has no attested credential data',
    breaks: attested,
    ...editRegistrationData(({ attestedCredentialData: _, ...rest }) => rest),
  },
  'authdata.extensions-not-a-map': {
    title: 'Extension outputs are a list instead of a map',
    breaks: 'WebAuthn L3 section 9.5',
    encodedAuthData: (bytes) =>
      appendBytes(0x81, 0x00)(bytes.map((byte, index) => (index === 32 ? byte | 0x80 : byte))),
  },
  'authdata.aaguid-other': {
    title: 'The AAGUID differs from the AAGUID in the certificate',
    breaks: 'WebAuthn L3 section 8.2',
    ...editAttestedData(({ aaguid }) => ({ aaguid: aaguid.map((byte) => byte ^ 0xff) })),
  },
  'authdata.aaguid-zero': {
    title: 'The AAGUID is all zeros although the certificate names a model',
    breaks: 'WebAuthn L3 section 8.2',
    ...editAttestedData(() => ({ aaguid: new Uint8Array(16) })),
  },
  'authdata.credential-id-too-long': {
    title: 'The credential id is 1024 bytes long, the maximum is 1023',
    breaks: idLength,
    ...editAttestedData(({ credentialId }) => ({
      credentialId: concat(credentialId, new Uint8Array(1024 - credentialId.length)),
    })),
  },
  'authdata.credential-id-empty': {
    title: 'The credential id is empty',
    breaks: 'WebAuthn L3 section 4 "credential ID"',
    ...editAttestedData(() => ({ credentialId: new Uint8Array(0) })),
  },
  'authdata.credential-id-short': {
    title: 'The credential id is only 8 bytes long, which is guessable',
    breaks: 'WebAuthn L3 section 4 "credential ID"',
    ...editAttestedData(({ credentialId }) => ({ credentialId: credentialId.slice(-8) })),
  },
  'authdata.credential-id-shared': {
    title: 'Every credential has the same id',
    breaks: 'WebAuthn L3 section 4 "credential ID"',
    ...editAttestedData(({ credentialId }) => ({ credentialId: new Uint8Array(credentialId.length).fill(0x5a) })),
  },
  'authdata.credential-id-length-more': {
    title: 'The length of the credential id is one byte too long',
    breaks: attested,
    ...editIdLength((length) => length + 1),
  },
  'authdata.credential-id-length-less': {
    title: 'The length of the credential id is one byte too short',
    breaks: attested,
    ...editIdLength((length) => length - 1),
  },
  'authdata.credential-id-length-beyond': {
    title: 'The length of the credential id exceeds the data',
    breaks: attested,
    ...editIdLength(() => 1023),
  },
});
