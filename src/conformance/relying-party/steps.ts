/**
 * The steps of "Registering a New Credential" (WebAuthn L3 section 7.1) and "Verifying an Authentication Assertion" (section 7.2), each
 * with the rules that test it, or the reason why a case cannot.
 */
import type { RuleId } from './rules.ts';

export type StepCoverage = readonly RuleId[] | string;

const byClient = 'The page does it before there is a response';
const unsolicited =
  'Any output is correct, also one that was not requested; the controls of the group extensions test that';

export const registrationSteps: Readonly<Record<number, StepCoverage>> = {
  1: byClient,
  2: byClient,
  3: ['envelope.members'],
  4: 'The results come with the response; step 28 looks at them',
  5: ['client-data.json'],
  6: ['client-data.json', 'client-data.members'],
  7: ['client-data.type'],
  8: ['client-data.challenge', 'challenge.session', 'challenge.once'],
  9: ['client-data.origin'],
  10: ['client-data.cross-origin'],
  11: ['client-data.top-origin'],
  12: ['packed.self-signature'],
  13: ['attestation-object.cbor', 'attestation-object.members', 'auth-data.structure', 'auth-data.attested'],
  14: ['auth-data.rp-id-hash'],
  15: ['flags.user-present'],
  16: ['flags.user-verified'],
  17: ['flags.backup-state'],
  18: 'A policy of the site; the reference policy allows synced passkeys, and the controls of authenticator-data test that',
  19: 'A policy of the site; the reference policy allows synced passkeys, and the controls of authenticator-data test that',
  20: ['key.algorithm', 'key.members', 'key.point'],
  21: ['statement.format'],
  22: ['packed.signature', 'tpm.signature', 'android-key.signature', 'fido-u2f.signature', 'apple.nonce', 'none.empty'],
  23: ['path.anchor'],
  24: ['attestation.required', 'path.signature', 'path.authority', 'path.date'],
  25: ['credential-id.length'],
  26: ['credential-id.unique', 'credential-id.same'],
  27: 'Every case looks for stored credentials after a refusal, and the sign-ins use the stored record',
  28: ['extensions.output'],
  29: 'Every case registers honestly afterwards, and the sign-ins use the stored record',
};

export const authenticationSteps: Readonly<Record<number, StepCoverage>> = {
  1: byClient,
  2: byClient,
  3: ['envelope.members'],
  4: 'The suite sends no client extension outputs that a sign-in reads',
  5: 'Passkeys are used without a list; `api-results.sign-in.credential.other-user` tests servers that give one',
  6: ['assertion.credential', 'assertion.user-handle'],
  7: ['envelope.members'],
  8: ['client-data.json'],
  9: ['client-data.json', 'client-data.members'],
  10: ['client-data.type'],
  11: ['client-data.challenge', 'challenge.once'],
  12: ['client-data.origin'],
  13: ['client-data.cross-origin'],
  14: ['client-data.top-origin'],
  15: ['auth-data.rp-id-hash'],
  16: ['flags.user-present'],
  17: ['flags.user-verified'],
  18: ['flags.backup-state'],
  19: ['assertion.backup-eligibility'],
  20: ['assertion.signature'],
  21: ['assertion.signature'],
  22: ['assertion.counter'],
  23: unsolicited,
  24: 'The counter cases compare with the stored counter',
  25: 'The application continues after the verification',
};
