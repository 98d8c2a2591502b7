/** Defects of PIN retries, key agreement and PIN/UV auth tokens, CTAP 2.1 section 6.5. */
import { concat } from '#base/bytes.ts';
import { type CborMap, encode } from '#protocol/cbor.ts';
import { coseKeyLabels } from '#protocol/cose.ts';
import { deleteMember, dropLastBytes, editBytes, editMap, editMember, flipBits, setMember } from '#protocol/edits.ts';
import { defectsDetectedBy } from './defect.ts';
import { editResponse, refuseRequest } from './mutators.ts';

const compare = 'CTAP 2.1 section 6.5.5.7.2';
const tokens = 'CTAP 2.1 section 6.5.2.1';
const clientPin = 'authenticatorClientPIN';
const editClientPin = (change: (map: CborMap) => CborMap) => editResponse(clientPin, change);
/** The permissions of a request as a bit field. */
const permissionsOf = (request: CborMap): number => Number(request.get(0x09) ?? 0);
const editKeyAgreement = (change: (map: CborMap) => CborMap) => editClientPin(editMap(0x01, change));

export const pinDefects = {
  ...defectsDetectedBy('suite', {
    'pin.no-soft-lock': {
      title: 'Consecutive wrong PINs never require a power cycle',
      breaks: compare,
      rules: { pinAttemptsPerPowerCycle: Number.POSITIVE_INFINITY },
    },
    'pin.soft-lock-late': {
      title: 'A power cycle is required only after five consecutive wrong PINs',
      breaks: compare,
      rules: { pinAttemptsPerPowerCycle: 5 },
    },
    'pin.decrement-after-answer': {
      title: 'The retry counter decreases after the response, so cutting the power saves the retry',
      breaks: compare,
      rules: { decrementRetriesBeforeCompare: false },
    },
    'pin.retries-unlimited': {
      title: 'Wrong PINs cost no retry',
      breaks: 'CTAP 2.1 section 6.5.2.2',
      rules: { retryCost: 0 },
    },
    'pin.retries-double': { title: 'A wrong PIN costs two retries', breaks: compare, rules: { retryCost: 2 } },
    'pin.retries-not-restored': {
      title: 'The correct PIN does not restore the retries',
      breaks: compare,
      rules: { restoreRetriesOnSuccess: false },
    },
    'pin.never-blocked': {
      title: 'The PIN is accepted when no retries are left',
      breaks: compare,
      rules: { refuseBlockedPin: false },
    },
    'pin.not-compared': { title: 'Any PIN is accepted', breaks: compare, rules: { comparePin: false } },
    'pin.policy-ignored': {
      title: 'A PIN of one digit can be set',
      breaks: 'CTAP 2.1 section 6.5.5.5',
      rules: { enforcePinPolicy: false },
    },
    'pin.set-twice': {
      title: 'setPIN replaces an existing PIN without the old PIN',
      breaks: 'CTAP 2.1 section 6.5.5.5',
      rules: { refuseSetPinWhenSet: false },
    },
    'pin.key-agreement-always-new': {
      title: 'Every getKeyAgreement returns another key',
      breaks: 'CTAP 2.1 section 6.5.4',
      rules: { keepKeyAgreement: false },
    },
    'pin.key-agreement-survives-power-cycle': {
      title: 'The key agreement key does not change with a power cycle',
      breaks: 'CTAP 2.1 section 6.5.4',
      rules: { renewKeyAgreementAtPowerUp: false },
    },
    'pin.lock-survives-power-cycle': {
      title: 'A power cycle does not end the lock after three wrong PINs',
      breaks: compare,
      rules: { unlockPinAtPowerUp: false },
    },
    'pin.set-ignored': {
      title: 'setPIN answers CTAP2_OK but sets no PIN',
      breaks: 'CTAP 2.1 section 6.5.5.5',
      ...refuseRequest(clientPin, (request) => request.get(0x02) === 0x03, 'CTAP2_OK'),
    },
    'pin.change-ignored': {
      title: 'changePIN answers CTAP2_OK but keeps the old PIN',
      breaks: 'CTAP 2.1 section 6.5.5.6',
      ...refuseRequest(clientPin, (request) => request.get(0x02) === 0x04, 'CTAP2_OK'),
    },
    'pin.uv-retries-missing': {
      title: 'uvRetries is missing in the response to getUVRetries',
      breaks: 'CTAP 2.1 section 6.5.5.3',
      ...editClientPin(deleteMember(0x05)),
    },
    'pin.key-agreement-kept': {
      title: 'The key agreement key does not change after a wrong PIN',
      breaks: compare,
      rules: { regenerateKeyAgreement: false },
    },
  }),
  ...defectsDetectedBy('client', {
    'pin.retries-missing': {
      title: 'pinRetries is missing in the response to getPINRetries',
      breaks: 'CTAP 2.1 section 6.5.5.2',
      ...editClientPin(deleteMember(0x03)),
    },
    'pin.retries-too-many': {
      title: 'pinRetries is more than 8',
      breaks: 'CTAP 2.1 section 6.5.2.2',
      ...editClientPin(editMember(0x03, () => 200)),
    },
    'pin.retries-negative': {
      title: 'pinRetries is negative',
      breaks: 'CTAP 2.1 section 6.5.5.2',
      ...editClientPin(editMember(0x03, () => -1)),
    },
    'pin.power-cycle-denied': {
      title: 'powerCycleState is false although the PIN requires a power cycle',
      breaks: 'CTAP 2.1 section 6.5.5.2',
      ...editClientPin(editMember(0x04, () => false)),
    },
    'pin.key-agreement-missing': {
      title: 'keyAgreement is missing',
      breaks: 'CTAP 2.1 section 6.5.5.4',
      ...editClientPin(deleteMember(0x01)),
    },
    'pin.key-agreement-off-curve': {
      title: 'The key agreement key is not on the curve',
      breaks: 'CTAP 2.1 section 6.5.6',
      ...editKeyAgreement(editBytes(coseKeyLabels.y, flipBits(31))),
    },
    'pin.key-agreement-crv': {
      title: 'The curve of the key agreement key is P-384',
      breaks: 'CTAP 2.1 section 6.5.6',
      ...editKeyAgreement(setMember(coseKeyLabels.crv, 2)),
    },
    'pin.key-agreement-x-short': {
      title: 'x of the key agreement key has 31 bytes',
      breaks: 'CTAP 2.1 section 6.5.6',
      ...editKeyAgreement(editBytes(coseKeyLabels.x, dropLastBytes(1))),
    },
    'pin.key-agreement-bytes': {
      title: 'keyAgreement is a byte string instead of a map',
      breaks: 'CTAP 2.1 section 6.5.5.4',
      ...editClientPin(editMember(0x01, (map) => encode(map))),
    },
  }),
};

export const tokenDefects = {
  ...defectsDetectedBy('suite', {
    'token.persistent-not-accepted': {
      title: 'The token of permission pcmr is never accepted',
      breaks: 'CTAP 2.3 section 6.8',
      rules: { acceptPersistentToken: false },
    },
    'token.survives-power-cycle': {
      title: 'Tokens stay valid after a power cycle',
      breaks: 'CTAP 2.1 section 6.5.4',
      rules: { revokeTokensAtPowerUp: false },
    },
    'token.expires-at-once': {
      title: 'A token is invalid when it is not used within a second',
      breaks: tokens,
      rules: { tokenInitialUsageMs: 1_000 },
    },
    'token.undefined-permission-refused': {
      title: 'A token with an undefined permission is refused',
      breaks: compare,
      ...refuseRequest(clientPin, (request) => permissionsOf(request) >= 0x80, 'CTAP2_ERR_UNAUTHORIZED_PERMISSION'),
    },
    'token.feature-permissions-refused': {
      title: 'Only the permissions mc and ga are granted',
      breaks: compare,
      ...refuseRequest(
        clientPin,
        (request) => (permissionsOf(request) & 0x7c) !== 0,
        'CTAP2_ERR_UNAUTHORIZED_PERMISSION',
      ),
    },
    'token.iv-constant': {
      title: 'The initialization vector of encrypted tokens is always zero',
      breaks: 'CTAP 2.1 section 6.5.7',
      ...editClientPin(
        editBytes(0x02, (bytes) => (bytes.length > 32 ? concat(new Uint8Array(16), bytes.slice(16)) : bytes)),
      ),
    },
    'token.permissions-ignored': {
      title: 'A token is accepted for commands outside its permissions',
      breaks: tokens,
      rules: { enforceTokenPermissions: false },
    },
    'token.rp-id-ignored': {
      title: 'A token for one relying party is accepted for another',
      breaks: tokens,
      rules: { enforceTokenRpId: false },
    },
    'token.never-expires': {
      title: 'Tokens are accepted after their time limit',
      breaks: tokens,
      rules: { expireTokens: false },
    },
    'token.not-consumed': {
      title: 'A token keeps its flags and permissions after use with user presence',
      breaks: 'CTAP 2.1 section 6.1.2 step 14',
      rules: { consumeTokens: false },
    },
    'token.not-verified': {
      title: 'Any pinUvAuthParam is accepted once a token was issued',
      breaks: 'CTAP 2.1 section 6.1.2 step 11',
      rules: { verifyToken: false },
    },
    'token.old-survives': {
      title: 'A new token is the same as the old one, so the old one stays valid',
      breaks: tokens,
      rules: { revokeTokensOnNewToken: false },
    },
    'token.survives-pin-change': {
      title: 'Tokens stay valid after the PIN has changed',
      breaks: 'CTAP 2.1 section 6.5.5.6',
      rules: { revokeTokensOnPinChange: false },
    },
  }),
  ...defectsDetectedBy('client', {
    'token.missing': { title: 'pinUvAuthToken is missing', breaks: compare, ...editClientPin(deleteMember(0x02)) },
    'token.cut-off': {
      title: 'pinUvAuthToken is missing its last byte',
      breaks: compare,
      ...editClientPin(editBytes(0x02, dropLastBytes(1))),
    },
    'token.empty': {
      title: 'pinUvAuthToken is empty',
      breaks: compare,
      ...editClientPin(editMember(0x02, () => new Uint8Array(0))),
    },
    'token.text': {
      title: 'pinUvAuthToken is text instead of bytes',
      breaks: compare,
      ...editClientPin(editMember(0x02, () => 'token')),
    },
  }),
};
