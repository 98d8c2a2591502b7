/** Defects of statements in the formats other than packed, WebAuthn L3 sections 8.3 to 8.8. */
import type { CborMap } from '#protocol/cbor.ts';
import {
  appendBytes,
  deleteMember,
  dropLastBytes,
  editBytes,
  editMap,
  flipBits,
  setMember,
  zeroBytes,
} from '#protocol/edits.ts';
import { defectsDetectedBy } from './defect.ts';
import { editResponse } from './mutators.ts';

const tpm = 'WebAuthn L3 section 8.3';
const androidKey = 'WebAuthn L3 section 8.4';
const u2f = 'WebAuthn L3 section 8.6';
const apple = 'WebAuthn L3 section 8.8';
const editStatement = (change: (map: CborMap) => CborMap) =>
  editResponse('authenticatorMakeCredential', editMap(0x03, change));

export const tpmDefects = defectsDetectedBy('relying-party', {
  'tpm.ver-missing': { title: 'ver is missing', breaks: tpm, ...editStatement(deleteMember('ver')) },
  'tpm.ver-1.2': { title: 'ver is 1.2 instead of 2.0', breaks: tpm, ...editStatement(setMember('ver', '1.2')) },
  'tpm.alg-missing': { title: 'alg is missing', breaks: tpm, ...editStatement(deleteMember('alg')) },
  'tpm.sig-missing': { title: 'sig is missing', breaks: tpm, ...editStatement(deleteMember('sig')) },
  'tpm.sig-bit-flipped': {
    title: 'One bit of sig is wrong',
    breaks: tpm,
    ...editStatement(editBytes('sig', flipBits(-1))),
  },
  'tpm.x5c-missing': { title: 'x5c is missing', breaks: tpm, ...editStatement(deleteMember('x5c')) },
  'tpm.cert-info-missing': { title: 'certInfo is missing', breaks: tpm, ...editStatement(deleteMember('certInfo')) },
  'tpm.cert-info-magic': {
    title: 'certInfo does not begin with TPM_GENERATED_VALUE',
    breaks: tpm,
    ...editStatement(editBytes('certInfo', flipBits(0))),
  },
  'tpm.cert-info-type': {
    title: 'The type of certInfo is not TPM_ST_ATTEST_CERTIFY',
    breaks: tpm,
    ...editStatement(editBytes('certInfo', flipBits(5))),
  },
  'tpm.cert-info-cut-off': {
    title: 'certInfo is missing its last byte',
    breaks: tpm,
    ...editStatement(editBytes('certInfo', dropLastBytes(1))),
  },
  'tpm.cert-info-trailing': {
    title: 'An extra byte follows certInfo',
    breaks: tpm,
    ...editStatement(editBytes('certInfo', appendBytes(0))),
  },
  'tpm.pub-area-missing': { title: 'pubArea is missing', breaks: tpm, ...editStatement(deleteMember('pubArea')) },
  'tpm.pub-area-other-key': {
    title: 'pubArea contains another key than authenticator data',
    breaks: tpm,
    ...editStatement(editBytes('pubArea', flipBits(-1))),
  },
  'tpm.pub-area-zero': {
    title: 'pubArea is all zeros',
    breaks: tpm,
    ...editStatement(editBytes('pubArea', zeroBytes)),
  },
});

export const androidKeyDefects = defectsDetectedBy('relying-party', {
  'android-key.alg-missing': { title: 'alg is missing', breaks: androidKey, ...editStatement(deleteMember('alg')) },
  'android-key.sig-missing': { title: 'sig is missing', breaks: androidKey, ...editStatement(deleteMember('sig')) },
  'android-key.sig-bit-flipped': {
    title: 'One bit of sig is wrong',
    breaks: androidKey,
    ...editStatement(editBytes('sig', flipBits(-1))),
  },
  'android-key.x5c-missing': { title: 'x5c is missing', breaks: androidKey, ...editStatement(deleteMember('x5c')) },
  'android-key.x5c-empty': {
    title: 'x5c is an empty list',
    breaks: androidKey,
    ...editStatement(setMember('x5c', [])),
  },
});

export const appleDefects = defectsDetectedBy('relying-party', {
  'apple.x5c-missing': { title: 'x5c is missing', breaks: apple, ...editStatement(deleteMember('x5c')) },
  'apple.x5c-empty': { title: 'x5c is an empty list', breaks: apple, ...editStatement(setMember('x5c', [])) },
  'apple.nonce-other': {
    title: 'Authenticator data changes after the nonce was certified',
    breaks: apple,
    ...editResponse('authenticatorMakeCredential', editBytes(0x02, flipBits(33, 0x40))),
  },
});

export const u2fDefects = defectsDetectedBy('relying-party', {
  'fido-u2f.sig-missing': { title: 'sig is missing', breaks: u2f, ...editStatement(deleteMember('sig')) },
  'fido-u2f.sig-bit-flipped': {
    title: 'One bit of sig is wrong',
    breaks: u2f,
    ...editStatement(editBytes('sig', flipBits(-1))),
  },
  'fido-u2f.x5c-missing': { title: 'x5c is missing', breaks: u2f, ...editStatement(deleteMember('x5c')) },
  'fido-u2f.alg-there': {
    title: 'The statement contains alg, which its format does not define',
    breaks: u2f,
    ...editStatement(setMember('alg', -7)),
  },
  'fido-u2f.aaguid': {
    title: 'The AAGUID is not all zeros',
    breaks: u2f,
    ...editResponse('authenticatorMakeCredential', editBytes(0x02, flipBits(37))),
  },
});
