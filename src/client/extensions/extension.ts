/**
 * The interface of a client extension, WebAuthn L3 section 9. An extension turns the page's input into a processor for one
 * ceremony. The ceremonies know no extension by name. To add one, add a file here and a line in `registry.ts`.
 */
import type { CborValue } from '#protocol/cbor.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { CredentialDescriptor, ExtensionInputs } from '../credential-options.ts';
import type { PinUvAuthSession } from '../pin-protocol.ts';

/** Authenticator extension inputs or outputs by identifier. */
export type AuthenticatorExtensions = Record<string, CborValue>;
/** Members of AuthenticationExtensionsClientOutputs, binary values in base64url. */
export type ClientOutputs = Record<string, unknown>;

interface RegistrationOutcome {
  /** Authenticator extension outputs of the authenticator data. */
  outputs: ReadonlyMap<unknown, CborValue>;
  /** Whether a discoverable credential was requested. */
  discoverable: boolean;
}

export interface RegistrationProcessor {
  /** Returns false when no credential may be created on this authenticator. Default: true. */
  isSuitable?(info: AuthenticatorInfo): boolean;
  authenticatorInputs?(info: AuthenticatorInfo): AuthenticatorExtensions;
  /** @throws {ProtocolViolation} for outputs with which no credential may be created. */
  checkOutputs?(outputs: RegistrationOutcome['outputs'], info: AuthenticatorInfo): void;
  clientOutputs?(outcome: RegistrationOutcome): ClientOutputs;
}

export interface AuthenticationProcessor {
  /** Whether the user must be verified even if the relying party does not require it. */
  requiresUserVerification?: boolean;
  /** Returns whether `authenticatorInputs` needs a shared secret with this authenticator. */
  requiresSharedSecret?(info: AuthenticatorInfo): boolean;
  /** `credentialId` is set when the request allows exactly one credential. */
  authenticatorInputs?(context: {
    info: AuthenticatorInfo;
    session: PinUvAuthSession | undefined;
    credentialId: Uint8Array | undefined;
  }): AuthenticatorExtensions;
  clientOutputs?(outcome: {
    outputs: ReadonlyMap<unknown, CborValue>;
    session: PinUvAuthSession | undefined;
  }): ClientOutputs;
}

export interface ClientExtension {
  /**
   * Step 12 of create(). Returns undefined when the page does not use the extension.
   * @throws {WebAuthnError} for an input that the extension's specification refuses.
   */
  create?(inputs: ExtensionInputs): RegistrationProcessor | undefined;
  /**
   * Step 9 of get(). Returns undefined when the page does not use the extension.
   * @throws {WebAuthnError} for an input that the extension's specification refuses.
   */
  get?(inputs: ExtensionInputs, allowCredentials: readonly CredentialDescriptor[]): AuthenticationProcessor | undefined;
}
