/** The shape of an authenticator extension, CTAP 2.1 section 12. */
import type { CborValue } from '#protocol/cbor.ts';
import type { ExtensionId } from '#protocol/extensions.ts';
import type { UserEvidence } from '../commands/user-verification.ts';
import type { Credential, CredentialExtras } from '../credential-store.ts';
import type { AuthenticatorEnv } from '../env.ts';

/** What an extension adds to an answer. */
export interface ExtensionResult {
  /** What goes into the extension outputs of authenticator data. */
  output?: CborValue | undefined;
  /** What goes beside it, outside of the signature (CTAP 2.2, unsignedExtensionOutputs). */
  unsignedOutput?: CborValue | undefined;
  /** largeBlobKey has a member of its own in the answer, 32 bytes. */
  largeBlobKey?: Uint8Array | undefined;
}

interface ResultAtMakeCredential extends ExtensionResult {
  /** What the credential becomes by it. */
  properties?: Partial<CredentialExtras>;
  /** An output that needs the credential: asked for when it has been made. */
  outputFor?(credentialId: Uint8Array): CborValue;
}

export interface RegistrationContext {
  rp: { id: string };
  discoverable: boolean;
  user: UserEvidence;
  /** All inputs of the request: some extensions go together only. */
  inputs: Readonly<Record<string, CborValue>>;
}

export interface AssertionContext {
  credential: Credential;
  /** `present` is false when `up: false` was requested. */
  user: UserEvidence;
}

export interface Extension {
  id: ExtensionId;
  /** @throws {CtapError} for an input that ends the command. */
  onMakeCredential?(input: CborValue, context: RegistrationContext, env: AuthenticatorEnv): ResultAtMakeCredential;
  /** @throws {CtapError} for an input that ends the command. */
  onGetAssertion?(input: CborValue, context: AssertionContext, env: AuthenticatorEnv): ExtensionResult;
}
