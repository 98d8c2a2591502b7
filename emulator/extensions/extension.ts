/** The interface that every authenticator extension implements, CTAP 2.1 section 12. */
import type { CborValue } from '#protocol/cbor.ts';
import type { ExtensionId } from '#protocol/extensions.ts';
import type { Credential, CredentialExtras } from '../credential-store.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { UserEvidence } from '../user-evidence.ts';

/** What an extension adds to a response; every member is optional. */
export interface ExtensionResult {
  /** Extension output in authenticator data. */
  output?: CborValue | undefined;
  /** Extension output outside of authenticator data, not signed (CTAP 2.2, unsignedExtensionOutputs). */
  unsignedOutput?: CborValue | undefined;
  /** The largeBlobKey member of the response, 32 bytes. */
  largeBlobKey?: Uint8Array | undefined;
}

interface MakeCredentialResult extends ExtensionResult {
  /** Properties that the new credential gets. */
  properties?: Partial<CredentialExtras>;
  /** Returns an output that depends on the new credential; called after the credential was created. */
  computeOutput?(credentialId: Uint8Array): CborValue;
}

export interface RegistrationContext {
  rp: { id: string };
  discoverable: boolean;
  user: UserEvidence;
  /** The inputs of all extensions in the request, because some extensions require another one. */
  inputs: Readonly<Record<string, CborValue>>;
}

export interface AssertionContext {
  credential: Credential;
  /** `present` is false if the request has the option `up: false`. */
  user: UserEvidence;
}

export interface Extension {
  id: ExtensionId;
  /** @throws {CtapError} if the input makes the command fail. */
  onMakeCredential?(input: CborValue, context: RegistrationContext, env: AuthenticatorEnv): MakeCredentialResult;
  /** @throws {CtapError} if the input makes the command fail. */
  onGetAssertion?(input: CborValue, context: AssertionContext, env: AuthenticatorEnv): ExtensionResult;
}
