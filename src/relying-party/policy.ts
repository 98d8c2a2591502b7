/** Every decision the policy makes, as pure functions of policy and facts. `undefined` means allowed. */
import { everyone, type MfaMethod, type Policy } from './config.ts';
import { type Reason, type Refused, refuse } from './refusals.ts';
import type { MfaProof, TemporaryAccessPass, User, VerifiedCredential } from './store/store.ts';

/** May this person have passkeys, and add one himself? `passkeys`: how many he has. */
export function refusesUser(
  policy: Policy,
  user: Pick<User, 'guest' | 'groups'>,
  passkeys: number,
): Refused | undefined {
  const isIn = (groups: readonly string[]) => groups.some((group) => group === everyone || user.groups.includes(group));
  if (user.guest) return refuse('guest');
  if (isIn(policy.excludedGroups)) return refuse('user-excluded');
  if (!isIn(policy.includedGroups)) return refuse('passkeys-off');
  if (!policy.selfService) return refuse('self-service-off');
  if (passkeys >= policy.maxPasskeys) return refuse('too-many-passkeys', `${passkeys} of ${policy.maxPasskeys}`);
  return undefined;
}

/** The ways in which `user` can prove more than a password now, best first. */
export function mfaChoices(policy: Policy, user: User, pass: TemporaryAccessPass | undefined): MfaMethod[] {
  const has = { totp: user.totpSecret !== undefined, tap: pass !== undefined };
  return policy.mfa.accept.filter((method) => has[method]);
}

/** Is the proof there and fresh? A one-time pass cannot be shown twice, so it has its own, longer window. */
export function refusesMfa(
  policy: Policy,
  proof: MfaProof | undefined,
  choices: readonly MfaMethod[],
  now: number,
): Refused | undefined {
  if (proof?.registerUntil !== undefined) return now < proof.registerUntil ? undefined : refuse('tap-window-over');
  if (proof && now - proof.at < policy.mfa.freshForMs) return undefined;
  if (choices.length === 0) return refuse('no-mfa-method');
  return proof ? refuse('mfa-stale', `${Math.floor((now - proof.at) / 1000)} s old`) : refuse('mfa-required');
}

/**
 * May the other sign-in methods be changed, given what the MFA gate says? Without it only by somebody who has no method at all:
 * whoever knows just the password must not be able to replace or remove the second factor.
 */
export function refusesMethodChange(gate: Refused | undefined, passkeys: number): Refused | undefined {
  if (gate?.reason !== 'no-mfa-method') return gate;
  return passkeys === 0 ? undefined : refuse('mfa-required', 'his passkeys are the only method');
}

/** What is asked for with `attestation` (WebAuthn L3 section 5.4.7). */
export const conveyance = ({ attestation }: Policy): 'none' | 'direct' =>
  attestation === 'ignored' ? 'none' : 'direct';

/** `authenticatorAttachment` of the options: only where the policy leaves one place, so that the dialog offers no dead end. */
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

/** May this credential be registered? Enforced attestation takes device-bound passkeys only. */
export function refusesCredential(
  policy: Policy,
  { kind, aaguid }: Pick<VerifiedCredential, 'kind' | 'aaguid'>,
): Refused | undefined {
  if (!kindAllowed(policy, kind)) return refuse(kindNotAllowed[kind], `policy allows ${policy.allow.join(', ')}`);
  return refusesAaguid(policy, aaguid);
}

function kindAllowed({ allow, attestation }: Policy, kind: VerifiedCredential['kind']): boolean {
  if (kind === 'synced' && attestation === 'enforced') return false;
  if (kind === 'unknown') return allow.includes('security-key') && allow.includes('this-device');
  return allow.includes(kind);
}

/** Key restrictions hold at registration and at sign-in. */
export function refusesAaguid({ aaguids: { mode, list } }: Policy, aaguid: string): Refused | undefined {
  if (mode === 'off' || list.includes(aaguid) === (mode === 'allow')) return undefined;
  return refuse(
    'aaguid-not-allowed',
    `AAGUID ${aaguid}, ${mode === 'allow' ? 'not on the allow list' : 'on the deny list'}`,
  );
}
