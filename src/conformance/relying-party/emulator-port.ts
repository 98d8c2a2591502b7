/** The emulated authenticator as the suite uses it. The composition of the command line passes it in. */
import type { AuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CoseAlgorithm } from '#protocol/cose.ts';
import type { Authority } from '#protocol/x509/authority.ts';
import type { CertificateTemplate } from '#protocol/x509/certificate.ts';

/** How the authenticator proves its model; `none` proves nothing. */
export type Attestation =
  | 'none'
  | 'packed-basic'
  | 'packed-self'
  | 'fido-u2f'
  | 'tpm'
  | 'android-key'
  | 'android-safetynet'
  | 'apple'
  | 'compound';

/** Changes of values before the authenticator signs or sends them. */
export interface AuthenticatorChanges {
  /** Authenticator data before it is encoded and signed. */
  authData?(data: AuthenticatorData): AuthenticatorData;
  /** Encoded authenticator data before it is signed. */
  encodedAuthData?(bytes: Uint8Array): Uint8Array;
  /** The clientDataHash that is signed. */
  clientDataHash?(hash: Uint8Array): Uint8Array;
  signature?(signature: Uint8Array): Uint8Array;
  /** The attestation certificate before it is signed. */
  certificate?(template: CertificateTemplate): CertificateTemplate;
}

interface EmulatedAuthenticatorOptions {
  attestation: Attestation;
  algorithm: CoseAlgorithm;
  changes: readonly AuthenticatorChanges[];
  credential: { credentialId: Uint8Array; algorithm: CoseAlgorithm; secret: Uint8Array };
  /** P-256 scalar of the attestation key. */
  attestationSecret: Uint8Array;
  /** Whether its credentials are synced between devices (flags BE and BS). */
  synced: boolean;
}

export interface SuiteEmulator {
  /** Returns an authenticator that verifies its user and is touched at once. `process` takes and returns CTAP messages. */
  createAuthenticator(options: EmulatedAuthenticatorOptions): { process(message: Uint8Array): Promise<Uint8Array> };
  /** The root of every attestation, with its key. */
  root: Authority;
  /** Their metadata statement. */
  metadataStatement: Readonly<Record<string, unknown>>;
  /** AAGUID of the authenticators, 16 bytes. */
  aaguid: Uint8Array;
}
