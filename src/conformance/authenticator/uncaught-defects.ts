/**
 * The defects of the emulator that no requirement on authenticators catches, each with the reason. All other defects are the proof of at
 * least one requirement.
 */

const otherFormat =
  'Only relying parties verify statements of this format; the suite checks the formats packed, none and fido-u2f';
const strict =
  'No violation of the specification: only relying parties with stricter rules than it refuse the certificate';
const untrusted = 'Only a comparison with the trust anchors of the model shows it, as relying parties do';
const notAnswered = 'Every case of an authenticator that does not answer is inconclusive, which fails the run';

/** The reason by the id of the defect; an id that ends with a dot means the whole group. */
export const uncaughtDefects: Readonly<Record<string, string>> = {
  'tpm.': otherFormat,
  'android-key.': otherFormat,
  'apple.': otherFormat,
  'attestation.untrusted-root': untrusted,
  'attestation.x5c-without-intermediate': untrusted,
  'attestation.x5c-leaf-tampered':
    'Only the validation of the certification path with the key of the issuer shows it, as relying parties do',
  'flags.be-claimed': 'Only a relying party that knows the model can tell that its credentials are device-bound',
  'certificate.subject-c-unknown': strict,
  'certificate.aaguid-missing': strict,
  'certificate.key-usage-authority': strict,
  'certificate.key-usage-missing': strict,
  'certificate.web-server': strict,
  'transport.silent': notAnswered,
  'transport.very-slow': notAnswered,
};
