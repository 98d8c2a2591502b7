/**
 * The shape of a client extension, WebAuthn L3 section 9: from the page's input it makes a processor that serves one
 * ceremony. The ceremonies run the processors they get and know none by name; a new extension is a file and a registry line.
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
  /** Authenticator extension outputs, from the authenticator data. */
  outputs: ReadonlyMap<unknown, CborValue>;
  /** The credential was asked to be discoverable. */
  discoverable: boolean;
}

export interface RegistrationProcessor {
  /** False when a credential must not be made on this authenticator. */
  suits?(info: AuthenticatorInfo): boolean;
  authenticatorInputs?(info: AuthenticatorInfo): AuthenticatorExtensions;
  clientOutputs?(outcome: RegistrationOutcome): ClientOutputs;
}

export interface AuthenticationProcessor {
  /** True when the user must be verified whatever the relying party asked for. */
  demandsVerification?: boolean;
  /** True when `authenticatorInputs` needs a shared secret with this authenticator. */
  demandsSharedSecret?(info: AuthenticatorInfo): boolean;
  /** `credentialId` is known when the request is about one credential only. */
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
   * Step 12 of create(). Undefined when the page did not ask.
   * @throws {WebAuthnError} for an input that the extension's definition refuses.
   */
  create?(inputs: ExtensionInputs): RegistrationProcessor | undefined;
  /** The like for get(). */
  get?(inputs: ExtensionInputs, allowCredentials: readonly CredentialDescriptor[]): AuthenticationProcessor | undefined;
}
