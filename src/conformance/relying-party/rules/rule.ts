/** The row of a verification rule. */
import type { SpecificationReference } from '../../catalogue-entry.ts';

/** How bad it is when a relying party does not enforce a rule. */
export const severities = {
  'account-takeover': 'An attacker can sign in as someone else, or add a passkey of their own to an account',
  attestation: 'The model of an authenticator is not proven, so a rule about allowed models does not hold',
  interoperability: 'A conforming authenticator or client is refused, or two relying parties disagree about a response',
  hygiene: 'Input that breaks a specification is accepted; no attack is known that needs it alone',
} as const;

export type Severity = keyof typeof severities;

export interface RuleRow {
  specification: SpecificationReference;
  /** Step of "Verifying an Authentication Assertion", if the rule also applies there. */
  authentication?: string;
  severity: Severity;
  /** What it means when a relying party does not enforce the rule, as a sentence without a full stop. */
  weakness: string;
  /** How that is usually fixed, as a sentence without a full stop. */
  fix: string;
}

/** The weakness of a relying party that does not verify who issued or signed a statement. */
export const claimsAnyModel = 'Any software can claim to be a certified authenticator';

const webauthn = 'WebAuthn L3';

/** Returns a reference to WebAuthn Level 3. */
export const inWebAuthn = (section: string): SpecificationReference => ({ document: webauthn, section });
/** Returns a reference to a step of "Registering a New Credential". */
export const step = (number: number): SpecificationReference => inWebAuthn(`7.1 step ${number}`);
export const rfc5280 = (section: string): SpecificationReference => ({ document: 'RFC 5280', section });
