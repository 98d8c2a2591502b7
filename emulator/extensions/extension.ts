/** The shape of an authenticator extension, CTAP 2.1 section 12. */
import type { CborValue } from '#protocol/cbor.ts';
import type { ExtensionId } from '#protocol/extensions.ts';
import type { UserEvidence } from '../commands/user-verification.ts';
import type { Credential } from '../credential-store.ts';
import type { AuthenticatorEnv } from '../env.ts';

interface AtMakeCredential {
  /** What goes into the extension outputs of authenticator data. */
  output?: CborValue | undefined;
  /** What the credential becomes by it. */
  properties?: { credProtect?: number };
}

export interface AssertionContext {
  credential: Credential;
  user: UserEvidence;
}

export interface Extension {
  id: ExtensionId;
  onMakeCredential?(input: CborValue, request: { rp: { id: string } }, env: AuthenticatorEnv): AtMakeCredential;
  /** The output, or undefined for none. `up: false` was requested when `user.present` is false. */
  onGetAssertion?(input: CborValue, context: AssertionContext, env: AuthenticatorEnv): CborValue | undefined;
}
