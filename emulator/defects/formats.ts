/** Statements of the formats besides packed: members that only they have, WebAuthn L3 sections 8.3 to 8.8. */
import type { CborMap } from '#protocol/cbor.ts';
import { trying } from './defect.ts';
import { append, bytesOf, drop, flip, inAnswer, put, shorten, within, zeros } from './mutators.ts';

const tpm = 'WebAuthn L3 section 8.3';
const androidKey = 'WebAuthn L3 section 8.4';
const u2f = 'WebAuthn L3 section 8.6';
const apple = 'WebAuthn L3 section 8.8';
const statement = (change: (map: CborMap) => CborMap) => inAnswer('authenticatorMakeCredential', within(0x03, change));

export const tpmDefects = trying('relying-party', {
  'tpm.ver-missing': { title: 'ver is missing', breaks: tpm, ...statement(drop('ver')) },
  'tpm.ver-1.2': { title: 'ver is 1.2', breaks: tpm, ...statement(put('ver', '1.2')) },
  'tpm.alg-missing': { title: 'alg is missing', breaks: tpm, ...statement(drop('alg')) },
  'tpm.sig-missing': { title: 'sig is missing', breaks: tpm, ...statement(drop('sig')) },
  'tpm.sig-bit-flipped': { title: 'One bit of sig is wrong', breaks: tpm, ...statement(bytesOf('sig', flip(-1))) },
  'tpm.x5c-missing': { title: 'x5c is missing', breaks: tpm, ...statement(drop('x5c')) },
  'tpm.cert-info-missing': { title: 'certInfo is missing', breaks: tpm, ...statement(drop('certInfo')) },
  'tpm.cert-info-magic': {
    title: 'certInfo does not begin with TPM_GENERATED_VALUE',
    breaks: tpm,
    ...statement(bytesOf('certInfo', flip(0))),
  },
  'tpm.cert-info-type': {
    title: 'certInfo is of another type than TPM_ST_ATTEST_CERTIFY',
    breaks: tpm,
    ...statement(bytesOf('certInfo', flip(5))),
  },
  'tpm.cert-info-cut-off': {
    title: 'certInfo lacks its last byte',
    breaks: tpm,
    ...statement(bytesOf('certInfo', shorten(1))),
  },
  'tpm.cert-info-trailing': {
    title: 'A byte follows certInfo',
    breaks: tpm,
    ...statement(bytesOf('certInfo', append(0))),
  },
  'tpm.pub-area-missing': { title: 'pubArea is missing', breaks: tpm, ...statement(drop('pubArea')) },
  'tpm.pub-area-other-key': {
    title: 'pubArea holds another key than authenticator data',
    breaks: tpm,
    ...statement(bytesOf('pubArea', flip(-1))),
  },
  'tpm.pub-area-zero': { title: 'pubArea is all zeros', breaks: tpm, ...statement(bytesOf('pubArea', zeros)) },
});

export const androidKeyDefects = trying('relying-party', {
  'android-key.alg-missing': { title: 'alg is missing', breaks: androidKey, ...statement(drop('alg')) },
  'android-key.sig-missing': { title: 'sig is missing', breaks: androidKey, ...statement(drop('sig')) },
  'android-key.sig-bit-flipped': {
    title: 'One bit of sig is wrong',
    breaks: androidKey,
    ...statement(bytesOf('sig', flip(-1))),
  },
  'android-key.x5c-missing': { title: 'x5c is missing', breaks: androidKey, ...statement(drop('x5c')) },
  'android-key.x5c-empty': { title: 'x5c is an empty list', breaks: androidKey, ...statement(put('x5c', [])) },
});

export const appleDefects = trying('relying-party', {
  'apple.x5c-missing': { title: 'x5c is missing', breaks: apple, ...statement(drop('x5c')) },
  'apple.x5c-empty': { title: 'x5c is an empty list', breaks: apple, ...statement(put('x5c', [])) },
  'apple.nonce-other': {
    title: 'Authenticator data changes after its nonce was certified',
    breaks: apple,
    ...inAnswer('authenticatorMakeCredential', bytesOf(0x02, flip(33, 0x40))),
  },
});

export const u2fDefects = trying('relying-party', {
  'fido-u2f.sig-missing': { title: 'sig is missing', breaks: u2f, ...statement(drop('sig')) },
  'fido-u2f.sig-bit-flipped': { title: 'One bit of sig is wrong', breaks: u2f, ...statement(bytesOf('sig', flip(-1))) },
  'fido-u2f.x5c-missing': { title: 'x5c is missing', breaks: u2f, ...statement(drop('x5c')) },
  'fido-u2f.alg-there': {
    title: 'The statement has alg, which its format does not define',
    breaks: u2f,
    ...statement(put('alg', -7)),
  },
  'fido-u2f.aaguid': {
    title: 'AAGUID is not all zeros',
    breaks: u2f,
    ...inAnswer('authenticatorMakeCredential', bytesOf(0x02, flip(37))),
  },
});
