/** Refusals of what the authenticator created: attestation, flags, credential and algorithm (WebAuthn L3 section 7.1, steps 15 to 26). */
import { type RefusalTable, registrationStep, tryAgain, tryOtherAuthenticator } from './row.ts';

export const authenticatorDataRefusals = {
  'attestation-required': {
    http: 400,
    why: 'Your organisation requires proof of the security key’s make and model, and it gave none.',
    advice: 'When your browser asks to see the make and model, allow it. Otherwise use a different key.',
    section: registrationStep('step 24'),
  },
  'attestation-untrusted': {
    http: 400,
    why: 'The security key’s proof of make and model doesn’t lead to a manufacturer your organisation trusts.',
    advice: tryOtherAuthenticator,
    section: registrationStep('step 24'),
  },
  'attestation-invalid': {
    http: 400,
    why: 'The security key’s proof of make and model isn’t valid.',
    advice: tryOtherAuthenticator,
    section: registrationStep('step 22'),
  },
  'attestation-format-unknown': {
    http: 400,
    why: 'The security key proves its make and model in a format we don’t support.',
    advice: tryOtherAuthenticator,
    section: registrationStep('step 21'),
  },
  'user-verification-missing': {
    http: 400,
    why: 'Your organisation requires a PIN or biometric, and the authenticator didn’t ask for one.',
    advice: 'Set a PIN on the security key, then try again.',
    section: registrationStep('step 16'),
  },
  'user-presence-missing': {
    http: 400,
    why: 'The authenticator didn’t confirm that you were present.',
    advice: tryAgain,
    section: registrationStep('step 15'),
  },
  'already-registered': {
    http: 409,
    why: 'This passkey is already registered.',
    advice: 'Use a different security key or device.',
    section: registrationStep('step 26'),
  },
  'algorithm-not-allowed': {
    http: 400,
    why: 'The passkey uses a type of key that your organisation doesn’t allow.',
    advice: tryOtherAuthenticator,
    section: registrationStep('step 20'),
  },
} as const satisfies RefusalTable;
