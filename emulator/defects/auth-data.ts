/** Layout of authenticator data: rpIdHash, counter, attested credential data, extensions, and where they end. */
import { concat } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import { trying } from './defect.ts';
import { append, atRegistration, flip, inAttested } from './mutators.ts';

const layout = 'WebAuthn L3 section 6.1';
const attested = 'WebAuthn L3 section 6.5.1';
const idLength = 'WebAuthn L3 section 7.1 step 25';

/** Only registrations are longer than 37 bytes here: assertions stay as they are. */
const ofRegistration = (change: (bytes: Uint8Array) => Uint8Array) => ({
  encodedAuthData: (bytes: Uint8Array) => (bytes.length > 55 ? change(bytes) : bytes),
});
const withIdLength = (change: (length: number) => number) =>
  ofRegistration((bytes) => {
    const changed = bytes.slice();
    const view = new DataView(changed.buffer);
    view.setUint16(53, change(view.getUint16(53)));
    return changed;
  });

export const authDataDefects = trying('relying-party', {
  'authdata.rp-id-hash-other': {
    title: 'rpIdHash is of another relying party',
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
    authData: (data) => ({ ...data, rpIdHash: flip(31)(data.rpIdHash) }),
  },
  'authdata.empty': {
    title: 'There is no authenticator data',
    breaks: layout,
    encodedAuthData: () => new Uint8Array(0),
  },
  'authdata.cut-before-flags': {
    title: 'It ends before the flags',
    breaks: layout,
    encodedAuthData: (b) => b.slice(0, 32),
  },
  'authdata.cut-in-counter': {
    title: 'It ends within the counter',
    breaks: layout,
    encodedAuthData: (b) => b.slice(0, 36),
  },
  'authdata.cut-in-aaguid': {
    title: 'It ends within the AAGUID',
    breaks: attested,
    ...ofRegistration((bytes) => bytes.slice(0, 45)),
  },
  'authdata.cut-in-credential-id': {
    title: 'It ends within the credential id',
    breaks: attested,
    ...ofRegistration((bytes) => bytes.slice(0, 60)),
  },
  'authdata.trailing-byte': { title: 'A byte is left over', breaks: layout, encodedAuthData: append(0) },
  'authdata.doubled': {
    title: 'Everything stands there twice',
    breaks: layout,
    ...ofRegistration((bytes) => concat(bytes, bytes)),
  },
  'authdata.not-attested': {
    title: 'A registration without attested credential data',
    breaks: attested,
    ...atRegistration(({ attestedCredentialData: _, ...rest }) => rest),
  },
  'authdata.extensions-not-a-map': {
    title: 'Extension outputs are a list',
    breaks: 'WebAuthn L3 section 9.5',
    encodedAuthData: (bytes) => append(0x81, 0x00)(bytes.map((byte, index) => (index === 32 ? byte | 0x80 : byte))),
  },
  'authdata.aaguid-other': {
    title: 'AAGUID differs from the one in the certificate',
    breaks: 'WebAuthn L3 section 8.2',
    ...inAttested(({ aaguid }) => ({ aaguid: aaguid.map((byte) => byte ^ 0xff) })),
  },
  'authdata.aaguid-zero': {
    title: 'AAGUID is all zeros although attestation names a model',
    breaks: 'WebAuthn L3 section 8.2',
    ...inAttested(() => ({ aaguid: new Uint8Array(16) })),
  },
  'authdata.credential-id-too-long': {
    title: 'The credential id has 1024 bytes',
    breaks: idLength,
    ...inAttested(({ credentialId }) => ({
      credentialId: concat(credentialId, new Uint8Array(1024 - credentialId.length)),
    })),
  },
  'authdata.credential-id-empty': {
    title: 'The credential id has no bytes',
    breaks: 'WebAuthn L3 section 4 "credential ID"',
    ...inAttested(() => ({ credentialId: new Uint8Array(0) })),
  },
  'authdata.credential-id-short': {
    title: 'The credential id has 8 bytes, too few to be unguessable',
    breaks: 'WebAuthn L3 section 4 "credential ID"',
    ...inAttested(({ credentialId }) => ({ credentialId: credentialId.slice(-8) })),
  },
  'authdata.credential-id-shared': {
    title: 'Every credential has the same id',
    breaks: 'WebAuthn L3 section 4 "credential ID"',
    ...inAttested(({ credentialId }) => ({ credentialId: new Uint8Array(credentialId.length).fill(0x5a) })),
  },
  'authdata.credential-id-length-more': {
    title: 'The length of the credential id counts one byte of the key',
    breaks: attested,
    ...withIdLength((length) => length + 1),
  },
  'authdata.credential-id-length-less': {
    title: 'The length of the credential id is one byte short',
    breaks: attested,
    ...withIdLength((length) => length - 1),
  },
  'authdata.credential-id-length-beyond': {
    title: 'The length of the credential id reaches beyond the end',
    breaks: attested,
    ...withIdLength(() => 1023),
  },
});
