/** Defects that weaken the authenticator while every correct use works, as in published vulnerabilities of firmware. */

import { encode } from '#protocol/cbor.ts';
import { curveGenerator } from '#protocol/deterministic-ecdsa.ts';
import { deleteMember, editBytes, editList, editMember, flipBits } from '#protocol/edits.ts';
import { credentialIdLength } from '../credential-keys.ts';
import { defectsDetectedBy } from './defect.ts';
import { editAttestedData, editRequest, editResponse } from './mutators.ts';

const registration = 'CTAP 2.1 section 6.1.2';
const assertion = 'CTAP 2.1 section 6.2.2';

const cutOffId = editBytes('id', (id) => id.slice(0, credentialIdLength));

export const weakSignatureDefects = defectsDetectedBy('suite', {
  'signature.nonce-reused': {
    title: 'Every ECDSA signature of an assertion has the same nonce, so that two of them reveal the private key',
    breaks: 'FIPS 186-5 section 6.3',
    rules: { renewSignatureNonces: false },
  },
});

export const weakKeyDefects = defectsDetectedBy('suite', {
  'cose.key-shared': {
    title: 'Every credential has the same public key',
    breaks: 'WebAuthn L3 section 6.3.2',
    ...editAttestedData(() => ({ credentialPublicKey: encode(curveGenerator) })),
  },
});

export const weakGetInfoDefects = defectsDetectedBy('suite', {
  'getinfo.enc-iv-constant': {
    title: 'encIdentifier and encCredStoreState are encrypted with a constant initialization vector',
    breaks: 'CTAP 2.3 section 6.4',
    rules: { renewInitializationVectors: false },
  },
  'getinfo.enc-identifier-changes': {
    title: 'encIdentifier decrypts to another identifier in every answer',
    breaks: 'CTAP 2.3 section 6.4',
    rules: { keepIdentifier: false },
  },
  'getinfo.cred-store-state-constant': {
    title: 'encCredStoreState does not change when a credential is stored',
    breaks: 'CTAP 2.3 section 6.4',
    rules: { renewCredStoreState: false },
  },
});

export const weakPinDefects = defectsDetectedBy('suite', {
  'pin.guesses-uncounted': {
    title: 'Wrong PINs in changePIN and in getPinUvAuthTokenUsingPinWithPermissions cost no retry',
    breaks: 'CTAP 2.1 section 6.5.5.6',
    rules: { countEveryGuess: false },
  },
  'pin.changed-before-policy': {
    title: 'changePIN refuses a PIN that is too short, but removes the current PIN before',
    breaks: 'CTAP 2.1 section 6.5.5.6',
    rules: { checkPolicyBeforeChange: false },
  },
  'pin.hash-start-only': {
    title: 'Only the first 8 bytes of the PIN hash are compared',
    breaks: 'CTAP 2.1 section 6.5.5.7.2',
    rules: { comparedPinHashBytes: 8 },
  },
});

export const weakTokenDefects = defectsDetectedBy('suite', {
  'token.param-start-only': {
    title: 'pinUvAuthParam is compared only as far as it goes, so that its first bytes are enough',
    breaks: 'CTAP 2.1 section 6.5.4',
    rules: { compareWholeParam: false },
  },
  'token.persistent-survives-pin-change': {
    title: 'The token with the permission pcmr stays valid when the PIN changes',
    breaks: 'CTAP 2.3 section 6.5.5.6',
    rules: { revokePersistentTokenOnPinChange: false },
  },
});

/** Platforms use one token for several requests, for example to look for a credential without a touch and then to sign in with it. */
export const spentTokenDefects = defectsDetectedBy('client', {
  'token.spent-by-silence': {
    title: 'An assertion with up: false ends what the token allows',
    breaks: `${assertion} step 9`,
    rules: { keepTokensOnSilence: false },
  },
  'token.large-blobs-spent': {
    title: 'A touch ends also the permission lbw of the token',
    breaks: 'CTAP 2.1 section 6.5.3.2',
    rules: { keepLargeBlobWrite: false },
  },
});

export const weakRegistrationDefects = defectsDetectedBy('suite', {
  'registration.protected-revealed': {
    title: 'excludeList reveals credentials with credProtect 3 without user verification',
    breaks: `${registration} step 12`,
    rules: { hideProtectedFromExclusion: false },
  },
  'registration.user-id-cut-off': {
    title: 'Only the first 32 bytes of user.id are stored',
    breaks: 'WebAuthn L3 section 5.4.3',
    ...editRequest(
      'authenticatorMakeCredential',
      editMember(0x03, (user) => (user instanceof Map ? editBytes('id', (id) => id.slice(0, 32))(user) : user)),
    ),
  },
  'registration.user-name-cut-off': {
    title: 'Only the first 32 characters of user.name are stored',
    breaks: 'WebAuthn L3 section 6.4.1',
    ...editRequest(
      'authenticatorMakeCredential',
      editMember(0x03, (user) =>
        user instanceof Map
          ? editMember('name', (name) => (typeof name === 'string' ? name.slice(0, 32) : name))(user)
          : user,
      ),
    ),
  },
});

export const weakAssertionDefects = defectsDetectedBy('suite', {
  'assertion.longer-id-accepted': {
    title: 'Bytes after the id of a credential in allowList are ignored',
    breaks: `${assertion} step 7`,
    ...editRequest(
      'authenticatorGetAssertion',
      editList(0x03, (items) => items.map((item) => (item instanceof Map ? cutOffId(item) : item))),
    ),
  },
  'assertion.next-signature-invalid': {
    title: 'The signatures of getNextAssertion are invalid',
    breaks: 'CTAP 2.1 section 6.3',
    ...editResponse('authenticatorGetNextAssertion', editBytes(0x03, flipBits(-1))),
  },
  'assertion.next-flags-cleared': {
    title: 'The answers to getNextAssertion have neither UP nor UV set',
    breaks: 'CTAP 2.1 section 6.3',
    ...editResponse(
      'authenticatorGetNextAssertion',
      editBytes(0x02, (authData) => authData.map((byte, index) => (index === 32 ? byte & ~0x05 : byte))),
    ),
  },
});

export const weakManagementDefects = defectsDetectedBy('suite', {
  'credmgmt.deleted-usable': {
    title: 'A credential that deleteCredential removed from the lists can still be used with its id',
    breaks: 'CTAP 2.1 section 6.8.5',
    rules: { forgetDeletedCredentials: false },
  },
});

export const weakLargeBlobDefects = defectsDetectedBy('suite', {
  'largeblobs.digest-start-only': {
    title: 'Only the first 8 bytes of the digest are compared',
    breaks: 'CTAP 2.1 section 6.10.2',
    rules: { comparedDigestBytes: 8 },
  },
});

export const weakConfigDefects = defectsDetectedBy('suite', {
  'config.forced-change-stays': {
    title: 'forcePINChange stays true after the PIN was changed',
    breaks: 'CTAP 2.1 section 6.5.5.6',
    rules: { endForcedPinChange: false },
  },
  'config.forced-change-to-same': {
    title: 'While forcePINChange is true, the PIN can be changed to itself',
    breaks: 'CTAP 2.1 section 6.5.5.6',
    rules: { refuseSamePin: false },
  },
});

export const weakExtensionDefects = defectsDetectedBy('suite', {
  'extension.hmac-secret-unverified': {
    title: 'hmac-secret returns the same secret with and without user verification',
    breaks: 'CTAP 2.1 section 12.5',
    rules: { separateVerifiedSecrets: false },
  },
  'extension.min-pin-length-missing': {
    title: 'minPinLength is not returned to relying parties that are authorized to read it',
    breaks: 'CTAP 2.1 section 12.4',
    ...editRequest(
      'authenticatorMakeCredential',
      editMember(0x06, (inputs) => (inputs instanceof Map ? deleteMember('minPinLength')(inputs) : inputs)),
    ),
  },
});
