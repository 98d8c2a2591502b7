/** Rules about statements, their certificates, and the formats none, packed, fido-u2f and compound: WebAuthn L3 section 8 and RFC 5280. */
import { claimsAnyModel, inWebAuthn, type RuleRow, rfc5280, step } from './rule.ts';

export const statementRules = {
  'statement.format': {
    specification: step(21),
    severity: 'attestation',
    weakness: 'A statement of an unknown format is accepted without being verified',
    fix: 'Compare fmt, with case, with the formats that are implemented',
  },
  'statement.certificates': {
    specification: inWebAuthn('8.2'),
    sections: {
      tpm: '8.3',
      'android-key': '8.4',
      'android-safetynet': '8.5',
      'fido-u2f': '8.6',
      apple: '8.8',
    },
    severity: 'attestation',
    weakness: 'A statement is accepted although its certificates cannot be read',
    fix: 'Require a list of at least one DER certificate without trailing bytes in x5c',
  },
  'statement.ecdsa-encoding': {
    specification: inWebAuthn('6.5.5'),
    authentication: '6.5.5',
    severity: 'hygiene',
    weakness: 'A signature has more than one encoding',
    fix: 'Require the DER encoding of Ecdsa-Sig-Value',
  },
  'leaf.version': {
    specification: inWebAuthn('8.2.1'),
    sections: { tpm: '8.3.1' },
    severity: 'attestation',
    weakness: 'Certificates without extensions are accepted, so nothing limits what they are for',
    fix: 'Require version 3',
  },
  'leaf.basic-constraints': {
    specification: inWebAuthn('8.2.1'),
    sections: { tpm: '8.3.1' },
    severity: 'attestation',
    weakness: 'A certification authority can pass as an authenticator',
    fix: 'Require basicConstraints with CA false',
  },
  'leaf.aaguid': {
    specification: inWebAuthn('8.2'),
    sections: { tpm: '8.3' },
    severity: 'attestation',
    weakness: 'One model can pass as another model of the same vendor',
    fix: 'Compare the extension id-fido-gen-ce-aaguid with the AAGUID in authenticator data',
  },
  'leaf.aaguid-critical': {
    specification: inWebAuthn('8.2.1'),
    severity: 'hygiene',
    weakness: 'A certificate that breaks the profile is accepted',
    fix: 'Refuse the extension if it is critical',
  },
  'leaf.critical-extension': {
    specification: rfc5280('4.2'),
    severity: 'attestation',
    weakness: 'A certificate is used against a restriction that it declares',
    fix: 'Refuse certificates with a critical extension that is not processed',
  },
  'leaf.key-usage': {
    specification: rfc5280('4.2.1.3'),
    severity: 'attestation',
    weakness: 'A key that is not for signatures proves a model',
    fix: 'Require digitalSignature if keyUsage is present',
  },
  'none.empty': {
    specification: inWebAuthn('8.7'),
    severity: 'hygiene',
    weakness: 'A statement that says it proves nothing carries data',
    fix: 'Require an empty map',
  },
  'packed.members': {
    specification: inWebAuthn('8.2'),
    severity: 'hygiene',
    weakness: 'A statement with missing, wrong or additional members is accepted',
    fix: 'Require alg and sig, and x5c in the full form',
  },
  'packed.signature': {
    specification: inWebAuthn('8.2'),
    severity: 'attestation',
    weakness: claimsAnyModel,
    fix: 'Verify sig over authData and clientDataHash with the key of the first certificate and alg',
  },
  'packed.subject': {
    specification: inWebAuthn('8.2.1'),
    severity: 'attestation',
    weakness: 'A certificate that was issued for another purpose proves a model',
    fix: 'Require C, O, CN, and OU "Authenticator Attestation" in the subject',
  },
  'packed.self-algorithm': {
    specification: inWebAuthn('8.2'),
    severity: 'hygiene',
    weakness: 'The statement names another algorithm than that of the credential key',
    fix: 'Compare alg with that of the credential public key',
  },
  'packed.self-signature': {
    specification: inWebAuthn('8.2'),
    severity: 'attestation',
    weakness: 'The client does not prove that it has the private key',
    fix: 'Verify sig with the credential public key',
  },
  'fido-u2f.members': {
    specification: inWebAuthn('8.6'),
    severity: 'hygiene',
    weakness: 'A statement with missing, wrong or additional members is accepted',
    fix: 'Require exactly sig and x5c',
  },
  'fido-u2f.single-certificate': {
    specification: inWebAuthn('8.6'),
    severity: 'hygiene',
    weakness: 'A statement with several certificates is accepted',
    fix: 'Require exactly one certificate',
  },
  'fido-u2f.certificate-key': {
    specification: inWebAuthn('8.6'),
    severity: 'attestation',
    weakness: 'A certificate of another kind proves a U2F model',
    fix: 'Require a P-256 key in the certificate',
  },
  'fido-u2f.credential-key': {
    specification: inWebAuthn('8.6'),
    severity: 'hygiene',
    weakness: 'A key that no U2F authenticator has is accepted',
    fix: 'Require a credential key on P-256',
  },
  'fido-u2f.aaguid': {
    specification: { document: 'CTAP 2.1', section: '7.2' },
    severity: 'attestation',
    weakness: 'A U2F authenticator can claim any AAGUID, because the statement does not sign it',
    fix: 'Require an AAGUID of zeros',
  },
  'fido-u2f.signature': {
    specification: inWebAuthn('8.6'),
    severity: 'attestation',
    weakness: claimsAnyModel,
    fix: 'Verify sig over the U2F registration data with the key of the certificate',
  },
} as const satisfies Record<string, RuleRow>;

export const compoundRules = {
  'compound.parts': {
    specification: inWebAuthn('8.9'),
    severity: 'attestation',
    weakness: 'A compound statement with fewer than two parts, or with wrong parts, is accepted',
    fix: 'Require two or more statements, none of them compound, and verify each',
  },
} as const satisfies Record<string, RuleRow>;
