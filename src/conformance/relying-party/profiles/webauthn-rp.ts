/**
 * The profile of a WebAuthn relying party: WebAuthn L3 section 2.3 requires that a relying party behaves as section 7 describes. It
 * chooses algorithms, attestation formats and sources of trust itself, so it may lack any of them.
 */
import { inWebAuthn } from '../rules/rule.ts';
import type { RelyingPartyProfile } from './profile.ts';

const requestsOfApi = 'Section 7 does not say how options and responses travel between page and server';
const choiceOfSite = 'Which models and kinds of passkeys are allowed is a choice of the site';

export const webauthnRp: RelyingPartyProfile = {
  title: 'WebAuthn L3 relying party',
  version: '1.0',
  catalogue: '1.0',
  demands: [
    {
      text: 'Verifies registrations: client data, attestation object, authenticator data and credential public key',
      source: inWebAuthn('7.1 steps 3 to 20'),
      capabilities: [],
      cases: ['envelope', 'client-data', 'attestation-object', 'authenticator-data', 'flags', 'credential-key'],
    },
    {
      text: 'Verifies the attestation formats that it supports',
      source: inWebAuthn('7.1 steps 21 and 22'),
      capabilities: [],
      cases: [
        'none',
        'packed',
        'packed-self',
        'compound',
        'fido-u2f',
        'tpm',
        'android-key',
        'apple',
        'android-safetynet',
        'vectors',
      ],
    },
    {
      text: 'Verifies certificate chains, if it relies on attestation',
      source: inWebAuthn('7.1 steps 23 and 24'),
      capabilities: [],
      isOptional: true,
      cases: ['chain', 'metadata-blob', 'metadata'],
    },
    {
      text: 'Accepts a credential id once, of at most 1023 bytes',
      source: inWebAuthn('7.1 steps 25 and 26'),
      capabilities: [],
      cases: ['credential-id'],
    },
    {
      text: 'Accepts extension outputs, also those that it did not request',
      source: inWebAuthn('7.1 step 28'),
      capabilities: [],
      cases: ['extensions'],
    },
    {
      text: 'Keeps a challenge for one ceremony of one session, and knows which credentials are registered',
      source: inWebAuthn('7.1 steps 8 and 26'),
      capabilities: ['sessions'],
      cases: ['session'],
    },
    {
      text: 'Verifies sign-ins',
      source: inWebAuthn('7.2 steps 3 to 22'),
      capabilities: [],
      cases: ['sign-in-envelope', 'sign-in-client-data', 'sign-in-authenticator-data', 'sign-in', 'sign-in-vectors'],
    },
    {
      text: 'Keeps a challenge for one sign-in of one session',
      source: inWebAuthn('7.2 step 11'),
      capabilities: ['sessions'],
      cases: ['sign-in-session'],
    },
    {
      text: 'Verifies the signatures of the algorithms that it requests',
      source: inWebAuthn('7.2 step 21'),
      capabilities: [],
      cases: ['algorithms', 'sign-in-algorithms'],
    },
    {
      text: 'Asks for the credential, and continues after the verification',
      source: inWebAuthn('7.1 steps 1, 2, 27 and 29; 7.2 steps 1, 2 and 25'),
      capabilities: [],
      cases:
        'The page and the application do it; the cases of the other demands look at what is stored, and sign in with it',
    },
  ],
  notDemanded: {
    policy: choiceOfSite,
    'api-registration-options': requestsOfApi,
    'api-sign-in-options': requestsOfApi,
    'api-requests': requestsOfApi,
    'api-results': requestsOfApi,
  },
};
