/** Causes in the attestation of the authenticator, and in its model (WebAuthn L3 section 7.1, steps 21 to 24). */
import { causesOf, when } from '../cause.ts';

const enforced = (value: 'none' | 'untrusted') =>
  when(
    ['policy.attestation', 'key.attestation'],
    (required, attestation) => required === 'enforced' && attestation === value,
  );

export const attestationCauses = causesOf('attestation', [
  {
    id: 'attestation-required',
    title: 'The organisation requires an attestation, and the authenticator gave none.',
    advice: 'Allow the browser to show the make and model of the key, or use a key with an attestation.',
    source: 'WebAuthn L3 section 7.1 step 24',
    predictions: [enforced('none')],
    seen: { refusals: ['attestation-required'] },
  },
  {
    id: 'attestation-format-unknown',
    title: 'The attestation has a format that the site does not support.',
    advice: 'Use a key with the attestation format packed, or turn off the enforcement of attestation.',
    source: 'WebAuthn L3 section 7.1 step 21',
    seen: { refusals: ['attestation-format-unknown'] },
  },
  {
    id: 'attestation-invalid',
    title: 'The attestation is not valid.',
    advice: 'Use another key, and report the model to its manufacturer.',
    source: 'WebAuthn L3 section 7.1 step 22',
    predictions: [when(['key.attestation'], (attestation) => attestation === 'invalid')],
    seen: { refusals: ['attestation-invalid'] },
  },
  {
    id: 'attestation-untrusted',
    title: 'The attestation does not lead to a manufacturer that the organisation trusts.',
    advice: 'Add the root certificate of the manufacturer, or its metadata, to the site; or use another key.',
    source: 'WebAuthn L3 section 7.1 step 24',
    predictions: [enforced('untrusted')],
    seen: { refusals: ['attestation-untrusted'] },
  },
]);

export const modelCauses = causesOf('model', [
  {
    id: 'aaguid-not-allowed',
    title: 'The organisation does not allow this model of authenticator.',
    advice: 'Use a model that the key restrictions allow, or add the AAGUID of this one to them.',
    source: 'Key restrictions of the policy',
    predictions: [
      when(['policy.aaguids', 'key.aaguid'], ({ mode, list = [] }, model) =>
        mode === undefined ? false : list.includes(model) !== (mode === 'allow'),
      ),
    ],
    seen: { refusals: ['aaguid-not-allowed'] },
  },
]);
