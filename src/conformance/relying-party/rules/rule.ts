/** The row of a verification rule. */
import type { SpecificationReference } from '../../catalogue-entry.ts';
import type { Attestation } from '../emulator-port.ts';

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
  /** Sections about single formats of attestation, where they are others. */
  sections?: Partial<Record<Attestation, string>>;
  /** Section about sign-ins, if the rule also applies there: with the step of "Verifying an Authentication Assertion". */
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
/** Returns a reference to RFC 5280, certificates and their paths. */
export const rfc5280 = (section: string): SpecificationReference => ({ document: 'RFC 5280', section });
