/**
 * The profile of a FIDO2 server. The "Server Requirements" of the FIDO Alliance (versions 1.0 and 2.3) were not available. Of an early
 * draft, "Server Requirements and Transport Binding Profile" (2.0, review draft of 2018-07-02), only title, abstract and table of contents
 * were available. The demands therefore follow the subjects of that table of contents, and the cases follow two public documents:
 * WebAuthn L3 and the conformance API.
 */
import type { SpecificationReference } from '../../catalogue-entry.ts';
import { inWebAuthn } from '../rules/rule.ts';
import type { Demand, RelyingPartyProfile } from './profile.ts';

/** The subjects of the table of contents; each has a demand. */
export const serverRequirements = [
  'Registration and attestations',
  'Validating attestation',
  'Attestation types',
  'Attestation formats: packed',
  'Attestation formats: TPM',
  'Attestation formats: Android Key',
  'Attestation formats: Android SafetyNet',
  'Attestation formats: U2F',
  'Authentication and assertions',
  'Communication channel requirements',
  'Extensions',
  'Other: cryptographic algorithms',
  'Transport binding profile',
] as const;

/** The document under its present name, by a subject. */
const inRequirements = (subject: (typeof serverRequirements)[number]): SpecificationReference => ({
  document: 'FIDO Server Requirements',
  section: subject,
});
const inApi = (section: string): SpecificationReference => ({ document: 'FIDO2 conformance API', section });

const registrationDemands: readonly Demand[] = [
  {
    text: 'Verifies registrations, and keeps challenges, sessions and credentials',
    source: inRequirements('Registration and attestations'),
    basis: inWebAuthn('7.1'),
    capabilities: ['sessions'],
    cases: [
      'envelope',
      'client-data',
      'attestation-object',
      'authenticator-data',
      'credential-id',
      'flags',
      'credential-key',
      'session',
    ],
  },
  {
    text: 'Verifies certificate chains, and refuses those that lead to none of its trust anchors',
    source: inRequirements('Validating attestation'),
    basis: inWebAuthn('7.1 steps 23 and 24'),
    capabilities: ['trust anchors'],
    cases: ['chain'],
  },
  {
    text: 'Uses metadata of authenticator models, one of the sources of trust anchors that WebAuthn names',
    source: inRequirements('Validating attestation'),
    basis: inWebAuthn('7.1 step 23'),
    capabilities: [],
    isOptional: true,
    cases: ['metadata-blob', 'metadata'],
  },
  {
    text: 'Accepts registrations without attestation, and with self attestation',
    source: inRequirements('Attestation types'),
    basis: inWebAuthn('6.5.3'),
    capabilities: ['format none', 'format packed'],
    cases: ['none', 'packed-self'],
  },
];

const formatDemands: readonly Demand[] = [
  {
    text: 'Verifies the format packed with certificates (basic attestation)',
    source: inRequirements('Attestation formats: packed'),
    basis: inWebAuthn('8.2'),
    capabilities: ['format packed'],
    cases: ['packed'],
  },
  {
    text: 'Verifies the format tpm (attestation by an attestation CA)',
    source: inRequirements('Attestation formats: TPM'),
    basis: inWebAuthn('8.3'),
    capabilities: ['format tpm'],
    cases: ['tpm'],
  },
  {
    text: 'Verifies the format android-key',
    source: inRequirements('Attestation formats: Android Key'),
    basis: inWebAuthn('8.4'),
    capabilities: ['format android-key'],
    cases: ['android-key'],
  },
  {
    text: 'Verifies the format android-safetynet, which WebAuthn L3 deprecates',
    source: inRequirements('Attestation formats: Android SafetyNet'),
    basis: inWebAuthn('8.5'),
    capabilities: [],
    isOptional: true,
    cases: ['android-safetynet'],
  },
  {
    text: 'Verifies the format fido-u2f',
    source: inRequirements('Attestation formats: U2F'),
    basis: inWebAuthn('8.6'),
    capabilities: ['format fido-u2f'],
    cases: ['fido-u2f'],
  },
  {
    text: 'Verifies the formats apple and compound, which are newer than the table of contents',
    source: inWebAuthn('8.8 and 8.9'),
    capabilities: [],
    isOptional: true,
    cases: ['apple', 'compound'],
  },
];

const otherDemands: readonly Demand[] = [
  {
    text: 'Verifies sign-ins',
    source: inRequirements('Authentication and assertions'),
    basis: inWebAuthn('7.2'),
    capabilities: ['sessions'],
    cases: [
      'sign-in-envelope',
      'sign-in-client-data',
      'sign-in-authenticator-data',
      'sign-in',
      'sign-in-session',
      'api-results.sign-in.credential',
    ],
  },
  {
    text: 'Protects the channel between client and server',
    source: inRequirements('Communication channel requirements'),
    basis: inWebAuthn('5.1'),
    capabilities: [],
    cases:
      'The channel belongs to the place where a server runs: a server under test on this machine has no TLS, and clients give passkeys to secure contexts only',
  },
  {
    text: 'Accepts extension outputs, also those that it did not request',
    source: inRequirements('Extensions'),
    basis: inWebAuthn('7.1 step 28'),
    capabilities: [],
    cases: ['extensions'],
  },
  {
    text: 'Puts the extensions of a request into the options',
    source: inRequirements('Extensions'),
    basis: inApi('ServerPublicKeyCredentialCreationOptionsResponse'),
    capabilities: ['conformance API'],
    cases: ['api-registration-options.extensions', 'api-sign-in-options.extensions'],
  },
  {
    text: 'Supports ES256, RS256 and EdDSA, the algorithms that WebAuthn recommends; others are tested where it has them',
    source: inRequirements('Other: cryptographic algorithms'),
    basis: inWebAuthn('5.4'),
    capabilities: ['algorithm ES256', 'algorithm RS256', 'algorithm EdDSA'],
    cases: ['algorithms', 'sign-in-algorithms'],
  },
];

const bindingDemands: readonly Demand[] = [
  {
    text: 'Gives options for a registration at /attestation/options',
    source: inRequirements('Transport binding profile'),
    basis: inApi('ServerPublicKeyCredentialCreationOptionsResponse'),
    capabilities: ['conformance API'],
    cases: ['api-registration-options'],
  },
  {
    text: 'Conveys the attestation that a request asks for: none, indirect or direct',
    source: inRequirements('Transport binding profile'),
    basis: inApi('ServerPublicKeyCredentialCreationOptionsRequest'),
    capabilities: ['conformance API'],
    cases: ['api-registration-options.attestation'],
  },
  {
    text: 'Gives options for a sign-in at /assertion/options',
    source: inRequirements('Transport binding profile'),
    basis: inApi('ServerPublicKeyCredentialGetOptionsResponse'),
    capabilities: ['conformance API'],
    cases: ['api-sign-in-options'],
  },
  {
    text: 'Refuses requests for options that are not what the API defines',
    source: inRequirements('Transport binding profile'),
    basis: inApi('ServerResponse'),
    capabilities: ['conformance API'],
    cases: ['api-requests'],
  },
  {
    text: 'Takes responses at /attestation/result and /assertion/result, in the session that asked for them',
    source: inRequirements('Transport binding profile'),
    basis: inApi('ServerPublicKeyCredential'),
    capabilities: ['conformance API'],
    cases: ['api-results'],
  },
];

const ownChallenges =
  'The vectors need their own challenges, which a server does not take; other groups test the same steps';

export const fido2Server: RelyingPartyProfile = {
  title: 'FIDO2 server',
  version: '1.0',
  catalogue: '1.0',
  demands: [...registrationDemands, ...formatDemands, ...otherDemands, ...bindingDemands],
  notDemanded: {
    policy: 'Which models and kinds of passkeys are allowed is a choice of the site',
    vectors: ownChallenges,
    'sign-in-vectors': ownChallenges,
  },
};
