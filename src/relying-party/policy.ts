/** The policy's decisions as pure functions of the policy and facts. A `check...` function returns a refusal, or undefined if allowed. */
import { everyone, type MfaMethod, type Policy } from './config.ts';
import { passState } from './methods/temporary-access-pass.ts';
import { type Reason, type Refused, refuse } from './refusals.ts';
import type { MfaProof, TemporaryAccessPass, User, VerifiedCredential } from './store/store.ts';

/** Checks whether the user may add a passkey. `passkeys`: how many the user already has. */
export function checkUser(policy: Policy, user: Pick<User, 'guest' | 'groups'>, passkeys: number): Refused | undefined {
  const isIn = (groups: readonly string[]) => groups.some((group) => group === everyone || user.groups.includes(group));
  if (user.guest) return refuse('guest');
  if (isIn(policy.excludedGroups)) return refuse('user-excluded');
  if (!isIn(policy.includedGroups)) return refuse('passkeys-off');
  if (!policy.selfService) return refuse('self-service-off');
  if (passkeys >= policy.maxPasskeys) return refuse('too-many-passkeys', `${passkeys} of ${policy.maxPasskeys}`);
  return undefined;
}

/** Returns the MFA methods that the policy accepts and the user can use now, in the policy's order. */
export function availableMfaMethods(
  policy: Policy,
  user: User,
  pass: TemporaryAccessPass | undefined,
  now: number,
): MfaMethod[] {
  const has = { totp: user.totpSecret !== undefined, tap: pass !== undefined && passState(pass, now) === 'active' };
  return policy.mfa.accept.filter((method) => has[method]);
}

/** Checks that MFA was done and is recent enough. A one-time pass cannot be used again, so it has a longer time limit of its own. */
export function checkMfa(
  policy: Policy,
  proof: MfaProof | undefined,
  available: readonly MfaMethod[],
  now: number,
): Refused | undefined {
  if (proof?.registerUntil !== undefined) return now < proof.registerUntil ? undefined : refuse('tap-window-over');
  if (proof && now - proof.at < policy.mfa.freshForMs) return undefined;
  if (available.length === 0) return refuse('no-mfa-method');
  return proof ? refuse('mfa-stale', `${Math.floor((now - proof.at) / 1000)} s old`) : refuse('mfa-required');
}

/** What a user can prove their identity with. */
export interface UserMethods {
  /** The MFA methods that the user can use now. */
  available: readonly MfaMethod[];
  passkeys: number;
  /** An authenticator app counts also while the policy does not accept it. */
  hasApp: boolean;
}

/**
 * Checks whether the other sign-in methods may be changed, given the result of `checkMfa`. Without MFA only a user who has no method
 * at all may do so: an attacker who knows only the password must not be able to replace or remove the second factor.
 */
export function checkMethodChange(
  mfaRefusal: Refused | undefined,
  { available, passkeys, hasApp }: UserMethods,
): Refused | undefined {
  if (!mfaRefusal || available.length > 0) return mfaRefusal;
  if (passkeys > 0) return refuse('mfa-required', 'Passkeys are the only method the user has');
  return hasApp ? refuse('mfa-required', 'The policy does not accept the authenticator app') : undefined;
}

/** Returns the `attestation` member of the options (WebAuthn L3 section 5.4.7). */
export const attestationConveyance = ({ attestation }: Policy): 'none' | 'direct' =>
  attestation === 'ignored' ? 'none' : 'direct';

/**
 * Returns `authenticatorAttachment` of the options. It is set only if the policy allows one attachment, so that the browser's dialog
 * offers no choice that would be refused.
 */
export function requestedAttachment({ allow }: Policy): 'platform' | 'cross-platform' | undefined {
  if (!allow.includes('security-key')) return 'platform';
  return allow.length === 1 ? 'cross-platform' : undefined;
}

const kindNotAllowed = {
  'security-key': 'security-keys-not-allowed',
  'this-device': 'this-device-not-allowed',
  synced: 'synced-not-allowed',
  unknown: 'authenticator-kind-unknown',
} as const satisfies Record<VerifiedCredential['kind'], Reason>;

/** Checks whether this credential may be registered. Enforced attestation allows device-bound passkeys only. */
export function checkCredential(
  policy: Policy,
  { kind, aaguid }: Pick<VerifiedCredential, 'kind' | 'aaguid'>,
): Refused | undefined {
  if (!isKindAllowed(policy, kind)) return refuse(kindNotAllowed[kind], `The policy allows ${policy.allow.join(', ')}`);
  return checkAaguid(policy, aaguid);
}

function isKindAllowed({ allow, attestation }: Policy, kind: VerifiedCredential['kind']): boolean {
  if (kind === 'synced' && attestation === 'enforced') return false;
  if (kind === 'unknown') return allow.includes('security-key') && allow.includes('this-device');
  return allow.includes(kind);
}

/** Checks the key restrictions, which apply at registration and at sign-in. */
export function checkAaguid({ aaguids: { mode, list } }: Policy, aaguid: string): Refused | undefined {
  if (mode === 'off' || list.includes(aaguid) === (mode === 'allow')) return undefined;
  const where = mode === 'allow' ? 'not on the allow list' : 'on the deny list';
  return refuse('aaguid-not-allowed', `AAGUID ${aaguid} is ${where}`);
}
