/** What the steps of getAssertion have in common in CTAP 2.0 and CTAP 2.1: their result and the choice of the credentials. */
import type { CommandRequest } from '#protocol/commands.ts';
import { CtapError } from '#protocol/errors.ts';
import type { Credential } from '../credential-store.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { UserEvidence } from '../user-evidence.ts';
import { findCredential } from './credentials.ts';

export type GetAssertionRequest = CommandRequest<'authenticatorGetAssertion'>;
export type Credentials = [Credential, ...Credential[]];

/** An assertion that has passed every check and gesture, with the credentials that can answer, the newest first. */
export interface AuthorizedAssertion {
  credentials: Credentials;
  user: UserEvidence;
}

/**
 * Returns the credentials of the allow list, or the discoverable ones of the relying party, the newest first. An empty
 * allow list is treated as none.
 */
export function findCredentials(
  { allowList = [], rpId }: GetAssertionRequest,
  rpIdHash: Uint8Array,
  env: AuthenticatorEnv,
): Credential[] {
  if (allowList.length > env.persona.maxCredentialCountInList)
    throw new CtapError('CTAP2_ERR_LIMIT_EXCEEDED', 'allowList');
  const found =
    allowList.length > 0
      ? findListed(allowList, rpId, rpIdHash, env)
      : env.state.persistent.credentials.ofRelyingParty(rpId).filter(({ hidden }) => !hidden);
  return env.faultHooks.rules.newestCredentialFirst ? found : found.reverse();
}

function findListed(
  allowList: NonNullable<GetAssertionRequest['allowList']>,
  rpId: string,
  rpIdHash: Uint8Array,
  env: AuthenticatorEnv,
): Credential[] {
  const found: Credential[] = [];
  for (const { id, type } of allowList) {
    const credential = type === 'public-key' ? findCredential(id, rpId, rpIdHash, env) : undefined;
    if (credential) found.push(credential);
  }
  return found;
}

/**
 * Returns those that credProtect allows for this user; only the first one of an allow list.
 * @throws {CtapError} CTAP2_ERR_NO_CREDENTIALS
 */
export function selectApplicable(
  found: readonly Credential[],
  { allowList = [] }: GetAssertionRequest,
  user: UserEvidence,
  env: AuthenticatorEnv,
): Credentials {
  const isListed = allowList.length > 0;
  const maxUnverified = isListed ? 2 : 1; // the highest credProtect that needs no user verification
  const isAnyUsable = user.verified || !env.faultHooks.rules.enforceCredProtect;
  const [first, ...others] = found.filter(({ credProtect }) => isAnyUsable || credProtect <= maxUnverified);
  if (!first) throw new CtapError('CTAP2_ERR_NO_CREDENTIALS');
  return isListed ? [first] : [first, ...others];
}
