/** The sections that the cases name exist, and are about what the cases test. */
import { describe, expect, it } from 'vitest';
import { relyingPartyCatalogue } from './catalogue.ts';

/** Sections of WebAuthn L3 with their titles, some of them shortened. */
const webauthnSections: Readonly<Record<string, string>> = {
  '5.1': 'PublicKeyCredential Interface, with RegistrationResponseJSON and AuthenticationResponseJSON',
  '5.3': 'Parameters for Credential Generation',
  '5.4': 'Options for Credential Creation',
  '5.4.2': 'Relying Party Parameters for Credential Generation',
  '5.4.3': 'User Account Parameters for Credential Generation',
  '5.8.1': 'Client Data Used in WebAuthn Signatures',
  '5.8.5': 'Cryptographic Algorithm Identifier',
  '6.1': 'Authenticator Data',
  '6.5.1': 'Attested Credential Data',
  '6.5.4': 'Generating an Attestation Object',
  '6.5.5': 'Signature Formats',
  '7.1': 'Registering a New Credential',
  '7.2': 'Verifying an Authentication Assertion',
  '8.2': 'Packed Attestation Statement Format',
  '8.2.1': 'Certificate Requirements for Packed Attestation Statements',
  '8.3': 'TPM Attestation Statement Format',
  '8.3.1': 'TPM Attestation Statement Certificate Requirements',
  '8.4': 'Android Key Attestation Statement Format',
  '8.4.1': 'Android Key Attestation Statement Certificate Requirements',
  '8.5': 'Android SafetyNet Attestation Statement Format',
  '8.6': 'FIDO U2F Attestation Statement Format',
  '8.7': 'None Attestation Statement Format',
  '8.8': 'Apple Anonymous Attestation Statement Format',
  '8.9': 'Compound Attestation Statement Format',
  '13.4.3': 'Cryptographic Challenges',
  '14.6.1': 'User Handle Contents',
  '16': 'Test Vectors',
};

const inWebAuthn = relyingPartyCatalogue.filter(({ specification }) => specification.document === 'WebAuthn L3');

it('the sections of WebAuthn L3 exist', () => {
  const named = new Set(inWebAuthn.map(({ specification }) => specification.section.split(' ', 1)[0] ?? ''));
  expect([...named].filter((section) => !(section in webauthnSections))).toEqual([]);
  expect(Object.keys(webauthnSections).filter((section) => !named.has(section))).toEqual([]);
});

const formats = {
  packed: '8.2',
  tpm: '8.3',
  'android-key': '8.4',
  'android-safetynet': '8.5',
  'fido-u2f': '8.6',
  none: '8.7',
  apple: '8.8',
  compound: '8.9',
};

describe.each(Object.entries(formats))('the cases of the format %s', (group, own) => {
  it('name no section of another format', () => {
    const others = Object.values(formats).filter((section) => section !== own);
    const wrong = inWebAuthn.filter(
      (one) =>
        one.group === group && others.some((section) => `${one.specification.section}.`.startsWith(`${section}.`)),
    );
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });
});

it('the cases of sign-ins name no section about registrations', () => {
  const signIns = relyingPartyCatalogue.filter(
    ({ id, ceremony, group }) =>
      ceremony === 'authentication' || group === 'api-sign-in-options' || id.includes('.sign-in.'),
  );
  expect(signIns.length).toBeGreaterThan(0);
  const wrong = signIns.filter(({ specification }) => /^7\.1|Creation/.test(specification.section));
  expect(wrong.map(({ id }) => id)).toEqual([]);
});
