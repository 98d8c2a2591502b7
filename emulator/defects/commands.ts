/** Defects in the behaviour of makeCredential, getAssertion, getNextAssertion and reset. */
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import { deleteMember, editBytes, editList, editMap, editMember, flipBits, setMember } from '#protocol/edits.ts';
import { defectsDetectedBy } from './defect.ts';
import { editRequest, editResponse, refuseRequest } from './mutators.ts';

const editMakeCredential = (change: (map: CborMap) => CborMap) => editRequest('authenticatorMakeCredential', change);
const editGetAssertion = (change: (map: CborMap) => CborMap) => editRequest('authenticatorGetAssertion', change);
const editAssertion = (change: (map: CborMap) => CborMap) => editResponse('authenticatorGetAssertion', change);
/** Whether a makeCredential request only asks for a touch: its pinUvAuthParam is empty. */
const isTouchRequest = (parameters: CborMap): boolean => {
  const pinUvAuthParam = parameters.get(0x08);
  return pinUvAuthParam instanceof Uint8Array && pinUvAuthParam.length === 0;
};
/** Whether a request has both `uv: true` and a pinUvAuthParam, which are in the members `options` and `pinUvAuthParam`. */
const hasUvAndToken = (options: number, pinUvAuthParam: number) => (parameters: CborMap) => {
  const found = parameters.get(options);
  return found instanceof Map && found.get('uv') === true && parameters.has(pinUvAuthParam);
};
const es256 = new Map<CborKey, CborValue>([
  ['alg', -7],
  ['type', 'public-key'],
]);

export const registrationDefects = {
  ...defectsDetectedBy('suite', {
    'registration.exclude-list-ignored': {
      title: 'A credential is registered although excludeList contains an existing one',
      breaks: 'CTAP 2.1 section 6.1.2 step 12',
      ...editMakeCredential(deleteMember(0x05)),
    },
    'registration.presence-not-awaited': {
      title: 'User presence is reported without a touch',
      breaks: 'CTAP 2.1 section 6.1.2 step 14',
      rules: { enforceUserPresence: false },
    },
    'registration.verification-not-required': {
      title: 'A discoverable credential is created without user verification although a PIN is set',
      breaks: 'CTAP 2.1 section 6.1.2 step 8',
      rules: { enforceUserVerification: false },
    },
    'registration.token-ignored': {
      title: 'pinUvAuthParam is ignored and the user is not verified',
      breaks: 'CTAP 2.1 section 6.1.2 step 11',
      ...editMakeCredential((map) => deleteMember(0x08)(deleteMember(0x09)(map))),
    },
    'registration.rk-ignored': {
      title: 'rk: true does not store a discoverable credential',
      breaks: 'CTAP 2.1 section 6.1.2 step 17',
      ...editMakeCredential(editMap(0x07, deleteMember('rk'))),
    },
    'registration.rk-always': {
      title: 'Every credential is discoverable, whatever the rk option is',
      breaks: 'CTAP 2.1 section 6.1.2 step 17',
      ...editMakeCredential((map) =>
        editMap(0x07, setMember('rk', true))(map.has(0x07) ? map : setMember(0x07, new Map())(map)),
      ),
    },
    'registration.up-false-accepted': {
      title: 'The option up: false is accepted',
      breaks: 'CTAP 2.1 section 6.1.2 step 5',
      ...editMakeCredential(editMap(0x07, deleteMember('up'))),
    },
    'registration.uv-option-ignored': {
      title: 'uv: true is ignored instead of rejected when the user cannot be verified',
      breaks: 'CTAP 2.1 section 6.1.2 step 5',
      ...editMakeCredential(editMap(0x07, deleteMember('uv'))),
    },
    'registration.algorithm-last': {
      title: 'The last supported algorithm of the request is used instead of the first',
      breaks: 'CTAP 2.1 section 6.1.2 step 3',
      ...editMakeCredential(editList(0x04, (items) => [...items].reverse())),
    },
    'registration.algorithm-forced': {
      title: 'The key is always ES256, whatever the request contains',
      breaks: 'CTAP 2.1 section 6.1.2 step 3',
      ...editMakeCredential(setMember(0x04, [es256])),
    },
    'registration.user-name-lost': {
      title: 'The user name is not stored',
      breaks: 'CTAP 2.1 section 6.1.2 step 17',
      ...editMakeCredential(editMap(0x03, deleteMember('name'))),
    },
    'registration.enterprise-ignored': {
      title: 'enterpriseAttestation is ignored instead of rejected when it is not supported',
      breaks: 'CTAP 2.1 section 6.1.2 step 9',
      ...editMakeCredential(deleteMember(0x0a)),
    },
    'registration.missing-hash-accepted': {
      title: 'A request without clientDataHash is accepted',
      breaks: 'CTAP 2.1 section 6.1.2',
      ...editMakeCredential((map) => (map.has(0x01) ? map : setMember(0x01, new Uint8Array(32))(map))),
    },
  }),
  ...defectsDetectedBy('client', {
    'registration.touch-request-as-missing': {
      title:
        'A zero-length pinUvAuthParam is refused with CTAP2_ERR_MISSING_PARAMETER without a touch (Titan Security Key v2)',
      breaks: 'CTAP 2.1 section 6.1.2 step 1',
      ...refuseRequest('authenticatorMakeCredential', isTouchRequest, 'CTAP2_ERR_MISSING_PARAMETER'),
    },
    'registration.touch-request-as-auth-invalid': {
      title: 'A zero-length pinUvAuthParam ends with CTAP2_ERR_PIN_AUTH_INVALID after the touch (Feitian keys)',
      breaks: 'CTAP 2.1 section 6.1.2 step 1',
      // Only step 1 ends a makeCredential command with these two statuses.
      status: (status, command) =>
        command === 'authenticatorMakeCredential' &&
        (status === 'CTAP2_ERR_PIN_INVALID' || status === 'CTAP2_ERR_PIN_NOT_SET')
          ? 'CTAP2_ERR_PIN_AUTH_INVALID'
          : status,
    },
    'registration.uv-with-token-refused': {
      title: 'uv: true together with pinUvAuthParam is refused with CTAP2_ERR_INVALID_OPTION',
      breaks: 'CTAP 2.1 section 6.1.2 step 5',
      ...refuseRequest('authenticatorMakeCredential', hasUvAndToken(0x07, 0x08), 'CTAP2_ERR_INVALID_OPTION'),
    },
  }),
};

export const assertionDefects = {
  ...defectsDetectedBy('suite', {
    'assertion.allow-list-ignored': {
      title: 'The response contains a credential that is not in allowList',
      breaks: 'CTAP 2.1 section 6.2.2 step 7',
      ...editGetAssertion(deleteMember(0x03)),
    },
    'assertion.cred-protect-ignored': {
      title: 'Protected credentials are used without user verification',
      breaks: 'CTAP 2.1 section 6.2.2 step 7',
      rules: { enforceCredProtect: false },
    },
    'assertion.touch-for-silence': {
      title: 'up: false still requires a touch and reports user presence',
      breaks: 'CTAP 2.1 section 6.2.2 step 9',
      ...editGetAssertion(editMap(0x05, deleteMember('up'))),
    },
    'assertion.silence-for-touch': {
      title: 'up: true signs without a touch',
      breaks: 'CTAP 2.1 section 6.2.2 step 9',
      ...editGetAssertion((map) =>
        editMap(0x05, setMember('up', false))(map.has(0x05) ? map : setMember(0x05, new Map())(map)),
      ),
    },
    'assertion.rk-option-accepted': {
      title: 'The option rk is accepted',
      breaks: 'CTAP 2.1 section 6.2.2 step 4',
      ...editGetAssertion(editMap(0x05, deleteMember('rk'))),
    },
    'assertion.names-unverified': {
      title: 'User names are returned without user verification',
      breaks: 'CTAP 2.1 section 6.2.2 step 12',
      rules: { hideNamesWithoutVerification: false },
    },
    'assertion.oldest-first': {
      title: 'The oldest credential is returned first instead of the newest',
      breaks: 'CTAP 2.1 section 6.2.2 step 12',
      rules: { newestCredentialFirst: false },
    },
    'assertion.never-forgotten': {
      title: 'getNextAssertion works after more than 30 seconds',
      breaks: 'CTAP 2.1 section 6.3 step 3',
      rules: { expireAssertions: false },
    },
  }),
  ...defectsDetectedBy('client', {
    'assertion.uv-with-token-refused': {
      title: 'uv: true together with pinUvAuthParam is refused with CTAP2_ERR_INVALID_OPTION',
      breaks: 'CTAP 2.1 section 6.2.2 step 4',
      ...refuseRequest('authenticatorGetAssertion', hasUvAndToken(0x05, 0x06), 'CTAP2_ERR_INVALID_OPTION'),
    },
    'assertion.count-missing': {
      title: 'numberOfCredentials is missing, so further accounts cannot be found',
      breaks: 'CTAP 2.1 section 6.2.2 step 12',
      ...editAssertion(deleteMember(0x05)),
    },
    'assertion.count-too-large': {
      title: 'numberOfCredentials is larger than the number of credentials',
      breaks: 'CTAP 2.1 section 6.2.2 step 12',
      ...editAssertion(setMember(0x05, 9)),
    },
    'assertion.count-absurd': {
      title: 'numberOfCredentials is 4294967295',
      breaks: 'CTAP 2.1 section 6.2.2 step 12',
      ...editAssertion(setMember(0x05, 0xffff_ffff)),
    },
    'assertion.credential-missing': {
      title: 'credential is missing in the response',
      breaks: 'CTAP 2.1 section 6.2.2',
      ...editAssertion(deleteMember(0x01)),
    },
    'assertion.signature-missing': {
      title: 'signature is missing in the response',
      breaks: 'CTAP 2.1 section 6.2.2',
      ...editAssertion(deleteMember(0x03)),
    },
    'assertion.user-id-missing': {
      title: 'The user entity has no id',
      breaks: 'CTAP 2.1 section 6.2.2 step 12',
      ...editAssertion(editMap(0x04, deleteMember('id'))),
    },
  }),
  ...defectsDetectedBy('relying-party', {
    'assertion.credential-other': {
      title: 'The response contains another credential id than the one that signed',
      breaks: 'WebAuthn L3 section 7.2 step 5',
      ...editAssertion(editMap(0x01, editBytes('id', flipBits(-1)))),
    },
    'assertion.user-missing': {
      title: 'The user handle is missing although no allowList was sent',
      breaks: 'WebAuthn L3 section 7.2 step 6',
      ...editAssertion(deleteMember(0x04)),
    },
    'assertion.user-other': {
      title: 'The user handle belongs to another user',
      breaks: 'WebAuthn L3 section 7.2 step 6',
      ...editAssertion(
        editMap(
          0x04,
          editMember('id', () => new Uint8Array([1, 2, 3])),
        ),
      ),
    },
  }),
};

export const resetDefects = defectsDetectedBy('suite', {
  'reset.any-time': {
    title: 'Reset is accepted more than 10 seconds after power-up',
    breaks: 'CTAP 2.1 section 6.6',
    rules: { enforceResetAfterPowerUp: false },
  },
  'reset.without-touch': {
    title: 'Reset does not require a touch',
    breaks: 'CTAP 2.1 section 6.6',
    rules: { enforceTouchForReset: false },
  },
  'reset.forgets-nothing': {
    title: 'Reset returns success but keeps credentials and PIN',
    breaks: 'CTAP 2.1 section 6.6',
    rules: { eraseOnReset: false },
  },
});
