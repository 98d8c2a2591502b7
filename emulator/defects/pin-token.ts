/** PIN retries and PIN/UV auth tokens, CTAP 2.1 section 6.5. */
import { type CborMap, encode } from '#protocol/cbor.ts';
import { coseKeyLabels } from '#protocol/cose.ts';
import { trying } from './defect.ts';
import { bytesOf, drop, edit, flip, inAnswer, put, shorten, within } from './mutators.ts';

const compare = 'CTAP 2.1 section 6.5.5.7.2';
const tokens = 'CTAP 2.1 section 6.5.2.1';
const clientPin = (change: (map: CborMap) => CborMap) => inAnswer('authenticatorClientPIN', change);
const keyAgreement = (change: (map: CborMap) => CborMap) => clientPin(within(0x01, change));

export const pinDefects = {
  ...trying('suite', {
    'pin.no-soft-lock': {
      title: 'Wrong PINs in a row never ask for a power cycle',
      breaks: compare,
      rules: { softLockAfter: Number.POSITIVE_INFINITY },
    },
    'pin.soft-lock-late': {
      title: 'A power cycle is asked for after five wrong PINs',
      breaks: compare,
      rules: { softLockAfter: 5 },
    },
    'pin.decrement-after-answer': {
      title: 'The retry counter falls after the answer: cutting the power saves the retry',
      breaks: compare,
      rules: { retryFallsBeforeCompare: false },
    },
    'pin.retries-unlimited': {
      title: 'Wrong PINs cost nothing',
      breaks: 'CTAP 2.1 section 6.5.2.2',
      rules: { retryCost: 0 },
    },
    'pin.retries-double': { title: 'A wrong PIN costs two retries', breaks: compare, rules: { retryCost: 2 } },
    'pin.retries-not-restored': {
      title: 'The right PIN does not restore the retries',
      breaks: compare,
      rules: { retriesRiseOnSuccess: false },
    },
    'pin.never-blocked': {
      title: 'A PIN without retries is accepted all the same',
      breaks: compare,
      rules: { blockedPinIsRefused: false },
    },
    'pin.not-compared': { title: 'Any PIN is right', breaks: compare, rules: { pinIsCompared: false } },
    'pin.policy-ignored': {
      title: 'A PIN of one digit can be set',
      breaks: 'CTAP 2.1 section 6.5.5.5',
      rules: { pinPolicyMatters: false },
    },
    'pin.set-twice': {
      title: 'setPIN replaces a PIN without asking for the old one',
      breaks: 'CTAP 2.1 section 6.5.5.5',
      rules: { pinIsSetOnce: false },
    },
    'pin.key-agreement-kept': {
      title: 'The key agreement key stays after a wrong PIN',
      breaks: compare,
      rules: { keyAgreementRegenerates: false },
    },
  }),
  ...trying('client', {
    'pin.retries-missing': {
      title: 'pinRetries is missing in the answer that is there to tell it',
      breaks: 'CTAP 2.1 section 6.5.5.2',
      ...clientPin(drop(0x03)),
    },
    'pin.retries-too-many': {
      title: 'pinRetries says more than 8',
      breaks: 'CTAP 2.1 section 6.5.2.2',
      ...clientPin(edit(0x03, () => 200)),
    },
    'pin.retries-negative': {
      title: 'pinRetries is negative',
      breaks: 'CTAP 2.1 section 6.5.5.2',
      ...clientPin(edit(0x03, () => -1)),
    },
    'pin.power-cycle-denied': {
      title: 'powerCycleState says no while the PIN waits for a power cycle',
      breaks: 'CTAP 2.1 section 6.5.5.2',
      ...clientPin(edit(0x04, () => false)),
    },
    'pin.key-agreement-missing': {
      title: 'keyAgreement is missing',
      breaks: 'CTAP 2.1 section 6.5.5.4',
      ...clientPin(drop(0x01)),
    },
    'pin.key-agreement-off-curve': {
      title: 'The key agreement key is not on the curve',
      breaks: 'CTAP 2.1 section 6.5.6',
      ...keyAgreement(bytesOf(coseKeyLabels.y, flip(31))),
    },
    'pin.key-agreement-crv': {
      title: 'The key agreement key says P-384',
      breaks: 'CTAP 2.1 section 6.5.6',
      ...keyAgreement(put(coseKeyLabels.crv, 2)),
    },
    'pin.key-agreement-x-short': {
      title: 'x of the key agreement key has 31 bytes',
      breaks: 'CTAP 2.1 section 6.5.6',
      ...keyAgreement(bytesOf(coseKeyLabels.x, shorten(1))),
    },
    'pin.key-agreement-bytes': {
      title: 'keyAgreement is a byte string',
      breaks: 'CTAP 2.1 section 6.5.5.4',
      ...clientPin(edit(0x01, (map) => encode(map))),
    },
  }),
};

export const tokenDefects = {
  ...trying('suite', {
    'token.permissions-ignored': {
      title: 'Any token opens any command',
      breaks: tokens,
      rules: { tokenPermissionsMatter: false },
    },
    'token.rp-id-ignored': {
      title: 'A token for one relying party opens another',
      breaks: tokens,
      rules: { tokenRpIdMatters: false },
    },
    'token.never-expires': {
      title: 'Tokens outlive their time limits',
      breaks: tokens,
      rules: { tokensExpire: false },
    },
    'token.not-consumed': {
      title: 'A token keeps flags and permissions after it was used with user presence',
      breaks: 'CTAP 2.1 section 6.1.2 step 14',
      rules: { tokensAreConsumed: false },
    },
    'token.not-verified': {
      title: 'Any pinUvAuthParam is right once a token was given out',
      breaks: 'CTAP 2.1 section 6.1.2 step 11',
      rules: { tokenIsVerified: false },
    },
    'token.old-survives': {
      title: 'A new token is the old one: whoever holds that may go on',
      breaks: tokens,
      rules: { newTokenEndsOthers: false },
    },
    'token.survives-pin-change': {
      title: 'Tokens outlive the PIN they were given for',
      breaks: 'CTAP 2.1 section 6.5.5.6',
      rules: { changedPinEndsTokens: false },
    },
  }),
  ...trying('client', {
    'token.missing': { title: 'pinUvAuthToken is missing', breaks: compare, ...clientPin(drop(0x02)) },
    'token.cut-off': {
      title: 'pinUvAuthToken lacks its last byte',
      breaks: compare,
      ...clientPin(bytesOf(0x02, shorten(1))),
    },
    'token.empty': {
      title: 'pinUvAuthToken is empty',
      breaks: compare,
      ...clientPin(edit(0x02, () => new Uint8Array(0))),
    },
    'token.text': { title: 'pinUvAuthToken is text', breaks: compare, ...clientPin(edit(0x02, () => 'token')) },
  }),
};
