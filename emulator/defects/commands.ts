/** What makeCredential, getAssertion, getNextAssertion and reset do and leave undone. */
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import { trying } from './defect.ts';
import { bytesOf, drop, edit, flip, inAnswer, inRequest, listOf, put, within } from './mutators.ts';

const makeCredential = (change: (map: CborMap) => CborMap) => inRequest('authenticatorMakeCredential', change);
const getAssertion = (change: (map: CborMap) => CborMap) => inRequest('authenticatorGetAssertion', change);
const assertion = (change: (map: CborMap) => CborMap) => inAnswer('authenticatorGetAssertion', change);
const es256 = new Map<CborKey, CborValue>([
  ['alg', -7],
  ['type', 'public-key'],
]);

export const registrationDefects = trying('suite', {
  'registration.exclude-list-ignored': {
    title: 'Registers a second time although excludeList names its credential',
    breaks: 'CTAP 2.1 section 6.1.2 step 12',
    ...makeCredential(drop(0x05)),
  },
  'registration.presence-not-awaited': {
    title: 'Claims user presence without a gesture',
    breaks: 'CTAP 2.1 section 6.1.2 step 14',
    rules: { presenceIsAwaited: false },
  },
  'registration.verification-not-required': {
    title: 'Stores a passkey for an unverified user although a PIN is set',
    breaks: 'CTAP 2.1 section 6.1.2 step 8',
    rules: { verificationMatters: false },
  },
  'registration.token-ignored': {
    title: 'Takes no notice of a pinUvAuthParam and does not verify the user',
    breaks: 'CTAP 2.1 section 6.1.2 step 11',
    ...makeCredential((map) => drop(0x08)(drop(0x09)(map))),
  },
  'registration.rk-ignored': {
    title: 'Does not store a credential that was asked to be discoverable',
    breaks: 'CTAP 2.1 section 6.1.2 step 17',
    ...makeCredential(within(0x07, drop('rk'))),
  },
  'registration.rk-always': {
    title: 'Stores every credential, asked to or not',
    breaks: 'CTAP 2.1 section 6.1.2 step 17',
    ...makeCredential((map) => within(0x07, put('rk', true))(map.has(0x07) ? map : put(0x07, new Map())(map))),
  },
  'registration.up-false-accepted': {
    title: 'Accepts the option up: false',
    breaks: 'CTAP 2.1 section 6.1.2 step 5',
    ...makeCredential(within(0x07, drop('up'))),
  },
  'registration.uv-option-ignored': {
    title: 'Takes no notice of uv: true where it cannot verify',
    breaks: 'CTAP 2.1 section 6.1.2 step 5',
    ...makeCredential(within(0x07, drop('uv'))),
  },
  'registration.algorithm-last': {
    title: 'Prefers the last algorithm of the request to the first',
    breaks: 'CTAP 2.1 section 6.1.2 step 3',
    ...makeCredential(listOf(0x04, (items) => [...items].reverse())),
  },
  'registration.algorithm-forced': {
    title: 'Makes ES256 keys, asked to or not',
    breaks: 'CTAP 2.1 section 6.1.2 step 3',
    ...makeCredential(put(0x04, [es256])),
  },
  'registration.user-name-lost': {
    title: 'Does not store the name of the user',
    breaks: 'CTAP 2.1 section 6.1.2 step 17',
    ...makeCredential(within(0x03, drop('name'))),
  },
  'registration.enterprise-ignored': {
    title: 'Takes no notice of enterpriseAttestation where it is not supported',
    breaks: 'CTAP 2.1 section 6.1.2 step 9',
    ...makeCredential(drop(0x0a)),
  },
  'registration.missing-hash-accepted': {
    title: 'Registers without a clientDataHash',
    breaks: 'CTAP 2.1 section 6.1.2',
    ...makeCredential((map) => (map.has(0x01) ? map : put(0x01, new Uint8Array(32))(map))),
  },
});

export const assertionDefects = {
  ...trying('suite', {
    'assertion.allow-list-ignored': {
      title: 'Answers with a credential that allowList does not name',
      breaks: 'CTAP 2.1 section 6.2.2 step 7',
      ...getAssertion(drop(0x03)),
    },
    'assertion.cred-protect-ignored': {
      title: 'Uses protected credentials without user verification',
      breaks: 'CTAP 2.1 section 6.2.2 step 7',
      rules: { credentialProtectionMatters: false },
    },
    'assertion.touch-for-silence': {
      title: 'Asks for a touch and claims presence for up: false',
      breaks: 'CTAP 2.1 section 6.2.2 step 9',
      ...getAssertion(within(0x05, drop('up'))),
    },
    'assertion.silence-for-touch': {
      title: 'Signs without a touch although up was asked for',
      breaks: 'CTAP 2.1 section 6.2.2 step 9',
      ...getAssertion((map) => within(0x05, put('up', false))(map.has(0x05) ? map : put(0x05, new Map())(map))),
    },
    'assertion.rk-option-accepted': {
      title: 'Accepts the option rk',
      breaks: 'CTAP 2.1 section 6.2.2 step 4',
      ...getAssertion(within(0x05, drop('rk'))),
    },
    'assertion.names-unverified': {
      title: 'Tells the names of accounts to an unverified user',
      breaks: 'CTAP 2.1 section 6.2.2 step 12',
      rules: { namesNeedVerification: false },
    },
    'assertion.oldest-first': {
      title: 'Answers with the oldest account first',
      breaks: 'CTAP 2.1 section 6.2.2 step 12',
      rules: { newestCredentialFirst: false },
    },
    'assertion.never-forgotten': {
      title: 'getNextAssertion works after 30 seconds and more',
      breaks: 'CTAP 2.1 section 6.3 step 3',
      rules: { assertionsAreForgotten: false },
    },
  }),
  ...trying('client', {
    'assertion.count-missing': {
      title: 'numberOfCredentials is missing: the other accounts stay unknown',
      breaks: 'CTAP 2.1 section 6.2.2 step 12',
      ...assertion(drop(0x05)),
    },
    'assertion.count-too-large': {
      title: 'numberOfCredentials is more than there are',
      breaks: 'CTAP 2.1 section 6.2.2 step 12',
      ...assertion(put(0x05, 9)),
    },
    'assertion.count-absurd': {
      title: 'numberOfCredentials is four thousand million',
      breaks: 'CTAP 2.1 section 6.2.2 step 12',
      ...assertion(put(0x05, 0xffff_ffff)),
    },
    'assertion.credential-missing': {
      title: 'The answer does not say which credential signed',
      breaks: 'CTAP 2.1 section 6.2.2',
      ...assertion(drop(0x01)),
    },
    'assertion.signature-missing': {
      title: 'The answer has no signature',
      breaks: 'CTAP 2.1 section 6.2.2',
      ...assertion(drop(0x03)),
    },
    'assertion.user-id-missing': {
      title: 'The user entity has no id',
      breaks: 'CTAP 2.1 section 6.2.2 step 12',
      ...assertion(within(0x04, drop('id'))),
    },
  }),
  ...trying('relying-party', {
    'assertion.credential-other': {
      title: 'The answer names another credential than the one that signed',
      breaks: 'WebAuthn L3 section 7.2 step 5',
      ...assertion(within(0x01, bytesOf('id', flip(-1)))),
    },
    'assertion.user-missing': {
      title: 'The user handle is missing although no allowList was sent',
      breaks: 'WebAuthn L3 section 7.2 step 6',
      ...assertion(drop(0x04)),
    },
    'assertion.user-other': {
      title: 'The user handle is of somebody else',
      breaks: 'WebAuthn L3 section 7.2 step 6',
      ...assertion(
        within(
          0x04,
          edit('id', () => new Uint8Array([1, 2, 3])),
        ),
      ),
    },
  }),
};

export const resetDefects = trying('suite', {
  'reset.any-time': {
    title: 'Resets long after power-up',
    breaks: 'CTAP 2.1 section 6.6',
    rules: { resetNeedsPowerUp: false },
  },
  'reset.without-touch': {
    title: 'Resets without a touch',
    breaks: 'CTAP 2.1 section 6.6',
    rules: { resetNeedsTouch: false },
  },
  'reset.forgets-nothing': {
    title: 'Says that it was reset and keeps credentials and PIN',
    breaks: 'CTAP 2.1 section 6.6',
    rules: { resetForgets: false },
  },
});
