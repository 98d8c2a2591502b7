/** Rules about certificate chains, and which attestations prove a model: WebAuthn L3 section 7.1 step 24 and RFC 5280. */
import { claimsAnyModel, inWebAuthn, type RuleRow, rfc5280, step } from './rule.ts';

export const pathRules = {
  'path.anchor': {
    specification: step(24),
    severity: 'attestation',
    weakness: claimsAnyModel,
    fix: 'Require a chain to a configured root of the vendor',
  },
  'path.date': {
    specification: rfc5280('6.1.3'),
    severity: 'attestation',
    weakness: 'Certificates are used outside their validity',
    fix: 'Compare notBefore and notAfter of every certificate with the own clock',
  },
  'path.critical-extension': {
    specification: rfc5280('4.2'),
    severity: 'attestation',
    weakness: 'An authority is used against a restriction that its certificate declares',
    fix: 'Refuse certificates with a critical extension that is not processed',
  },
  'path.issuer-name': {
    specification: rfc5280('6.1.3'),
    severity: 'attestation',
    weakness: 'Certificates that do not belong together are accepted as a chain',
    fix: 'Compare the issuer of each certificate with the subject of the next',
  },
  'path.authority': {
    specification: rfc5280('6.1.4'),
    severity: 'attestation',
    weakness: 'The owner of an ordinary certificate can issue certificates for authenticators',
    fix: 'Require basicConstraints with CA true in every certificate that issues another',
  },
  'path.key-usage': {
    specification: rfc5280('6.1.4'),
    severity: 'attestation',
    weakness: 'A key that is not for certificates issues them',
    fix: 'Require keyCertSign if keyUsage is present',
  },
  'path.length': {
    specification: rfc5280('6.1.4'),
    severity: 'attestation',
    weakness: 'An authority that may only issue leaves can create further authorities',
    fix: 'Check pathLenConstraint',
  },
  'path.signature': {
    specification: rfc5280('6.1.3'),
    severity: 'attestation',
    weakness: claimsAnyModel,
    fix: 'Verify the signature of every certificate with the key of the next',
  },
  'path.duplicate': {
    specification: rfc5280('6.1'),
    severity: 'hygiene',
    weakness: 'A list with the same certificate twice is accepted as a chain',
    fix: 'Refuse certificates that occur twice',
  },
  'path.order': {
    specification: inWebAuthn('8.2'),
    severity: 'hygiene',
    weakness: 'A list is accepted in which certificates do not certify the one before them',
    fix: 'Require that each certificate of x5c issues the one before it',
  },
  'attestation.required': {
    specification: step(24),
    severity: 'attestation',
    weakness: 'A registration that proves no model is accepted although the policy requires a proof',
    fix: 'Refuse attestation none and self when the policy requires a certified model',
  },
} as const satisfies Record<string, RuleRow>;
