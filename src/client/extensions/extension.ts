/**
 * The interface of a client extension, WebAuthn L3 section 9. An extension turns the page's input into a processor for one
 * ceremony. The ceremonies do not depend on any extension. To add one, add a file here and a line in `registry.ts`.
 */
import type { Random } from '#base/random.ts';
import type { CborValue } from '#protocol/cbor.ts';
import type { CommandResponse, Permission } from '#protocol/commands.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { CredentialDescriptor, ExtensionInputs } from '../credential-options.ts';
import type { CtapCommands } from '../ctap2.ts';
import type { PinUvAuthSession, PinUvAuthToken } from '../pin-protocol.ts';

/** Authenticator extension inputs or outputs by identifier. */
export type AuthenticatorExtensions = Record<string, CborValue>;
/** Members of AuthenticationExtensionsClientOutputs, binary values in base64url. */
export type ClientOutputs = Record<string, unknown>;

/** The page and its request, for extensions whose input depends on them. */
export interface RegistrationCaller {
  /** Serialized origin of the page. */
  origin: string;
}

export interface AuthenticationCaller extends RegistrationCaller {
  allowCredentials: readonly CredentialDescriptor[];
}

interface RegistrationOutcome {
  /** Authenticator extension outputs of the authenticator data. */
  outputs: ReadonlyMap<unknown, CborValue>;
  /** Whether a discoverable credential was requested. */
  discoverable: boolean;
  response: Pick<CommandResponse<'authenticatorMakeCredential'>, 'largeBlobKey' | 'unsignedExtensionOutputs'>;
}

export interface RegistrationProcessor {
  /** An identifier of U2F. Credentials of the exclude list may also belong to it. */
  alternativeRpId?: string;
  /** Returns false when no such credential may be created on this authenticator. Default: true. */
  isSuitable?(info: AuthenticatorInfo, discoverable: boolean): boolean;
  authenticatorInputs?(info: AuthenticatorInfo, discoverable: boolean): AuthenticatorExtensions;
  /** @throws {ProtocolViolation} for outputs that make the credential unusable. */
  checkOutputs?(outputs: RegistrationOutcome['outputs'], info: AuthenticatorInfo): void;
  clientOutputs?(outcome: RegistrationOutcome): ClientOutputs;
}

/** An assertion, and access to the authenticator that made it. */
export interface AuthenticationOutcome {
  outputs: ReadonlyMap<unknown, CborValue>;
  session: PinUvAuthSession | undefined;
  /** The RP ID, or the alternative, that the authenticator used. */
  rpId: string;
  response: Pick<CommandResponse<'authenticatorGetAssertion'>, 'largeBlobKey' | 'unsignedExtensionOutputs'>;
  ctap: CtapCommands;
  info: AuthenticatorInfo;
  /** Has the `permissions` of the processor, except those that the authenticator removes after the assertion. */
  token: PinUvAuthToken | undefined;
  random: Random;
}

export interface AuthenticationProcessor {
  /** An identifier of U2F, used when no allowed credential exists under the RP ID. */
  alternativeRpId?: string;
  /** Whether the user must be verified even if the relying party does not require it. */
  requiresUserVerification?: boolean;
  /** Further permissions of the token for commands after the assertion. A key with a PIN then always verifies the user. */
  permissions?(info: AuthenticatorInfo): readonly Permission[];
  /** Returns whether `authenticatorInputs` needs a shared secret with this authenticator. */
  requiresSharedSecret?(info: AuthenticatorInfo): boolean;
  /** `credentialId` is set when the request allows exactly one credential. */
  authenticatorInputs?(context: {
    info: AuthenticatorInfo;
    session: PinUvAuthSession | undefined;
    credentialId: Uint8Array | undefined;
  }): AuthenticatorExtensions;
  clientOutputs?(outcome: AuthenticationOutcome): ClientOutputs | Promise<ClientOutputs>;
}

export interface ClientExtension {
  /**
   * Step 12 of create(). Returns undefined when the page does not use the extension.
   * @throws {WebAuthnError} for an input that the extension's specification refuses.
   */
  create?(inputs: ExtensionInputs, caller: RegistrationCaller): RegistrationProcessor | undefined;
  /**
   * Step 9 of get(). Returns undefined when the page does not use the extension.
   * @throws {WebAuthnError} for an input that the extension's specification refuses.
   */
  get?(inputs: ExtensionInputs, caller: AuthenticationCaller): AuthenticationProcessor | undefined;
}
