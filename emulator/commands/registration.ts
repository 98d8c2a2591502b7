/** What the steps of makeCredential have in common in CTAP 2.0 and CTAP 2.1: their result, the algorithm and the exclude list. */
import type { CommandRequest } from '#protocol/commands.ts';
import { algorithmName, type CoseAlgorithm } from '#protocol/cose.ts';
import { CtapError } from '#protocol/errors.ts';
import type { Credential } from '../credential-store.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Session } from '../session.ts';
import type { UserEvidence } from '../user-evidence.ts';
import { awaitGesture } from '../user-presence.ts';
import { findCredential } from './credentials.ts';
import { isPresenceProven } from './user-verification.ts';

export type MakeCredentialRequest = CommandRequest<'authenticatorMakeCredential'>;

/** A registration that has passed every check and gesture. */
export interface AuthorizedRegistration {
  algorithm: CoseAlgorithm;
  discoverable: boolean;
  isEnterprise: boolean;
  user: UserEvidence;
}

/** Returns the first algorithm of the request that this authenticator has. */
export function chooseAlgorithm(
  { pubKeyCredParams }: MakeCredentialRequest,
  { persona }: AuthenticatorEnv,
): CoseAlgorithm {
  for (const { type, alg } of pubKeyCredParams) {
    const name = type === 'public-key' ? algorithmName(alg) : undefined;
    if (name && persona.algorithms.includes(name)) return name;
  }
  throw new CtapError('CTAP2_ERR_UNSUPPORTED_ALGORITHM', pubKeyCredParams.map(({ alg }) => alg).join(', '));
}

/** Returns the credentials of the exclude list that are on this authenticator. */
export function findExcluded(
  { excludeList = [], rp }: MakeCredentialRequest,
  rpIdHash: Uint8Array,
  env: AuthenticatorEnv,
): Credential[] {
  if (excludeList.length > env.persona.maxCredentialCountInList)
    throw new CtapError('CTAP2_ERR_LIMIT_EXCEEDED', 'excludeList');
  return excludeList.flatMap(({ id, type }) => {
    const credential = type === 'public-key' ? findCredential(id, rp.id, rpIdHash, env) : undefined;
    return credential ? [credential] : [];
  });
}

/**
 * Refuses a registration with an excluded credential, after a gesture with any outcome (CTAP 2.1 section 6.1.2 step 12.1.4,
 * CTAP 2.0 section 5.1 step 1). Credentials with credProtect 3 count only for a verified user.
 */
export async function refuseExcluded(
  excluded: readonly Credential[],
  { user, rpId, up = true }: { user: UserEvidence; rpId: string; up?: boolean },
  session: Session,
  env: AuthenticatorEnv,
): Promise<void> {
  const isRevealed = user.verified || !env.faultHooks.rules.hideProtectedFromExclusion;
  if (!excluded.some(({ credProtect }) => credProtect < 3 || isRevealed)) return;
  if (up && !isPresenceProven(user) && env.faultHooks.rules.enforceUserPresence)
    await awaitGesture({ kind: 'presence', rpId }, session, env);
  throw new CtapError('CTAP2_ERR_CREDENTIAL_EXCLUDED');
}
