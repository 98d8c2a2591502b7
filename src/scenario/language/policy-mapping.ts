/** Maps the policy of a scenario (`fresh-for: 5m`) to the policy of the relying party (`freshForMs: 300000`). Absent values stay absent. */
import { coseAlgorithms } from '#protocol/cose.ts';
import type { Policy, PolicyInput } from '#relying-party/config.ts';
import type { ScenarioPolicy } from './schema/relying-party.ts';

const minutes = (ms: number | undefined) => (ms === undefined ? undefined : Math.round(ms / 60_000));

/** Returns `base` with the values that the scenario sets. */
export function toPolicyInput(policy: ScenarioPolicy, base: Partial<Policy> = {}): PolicyInput {
  const { tap, mfa, aaguids } = policy;
  return withoutUndefined(
    {
      ...base,
      ...withoutUndefined({
        selfService: policy['self-service'],
        includedGroups: policy['included-groups'],
        excludedGroups: policy['excluded-groups'],
        allow: policy.allow,
        attestation: policy.attestation,
        userVerification: policy['user-verification'],
        residentKey: policy['resident-key'],
        passkeyAutofill: policy['passkey-autofill'],
        passkeyUpgrade: policy['passkey-upgrade'],
        timeoutMs: policy.timeout,
        algorithms: policy.algorithms?.map((name) => coseAlgorithms[name].alg) as [number, ...number[]] | undefined,
        maxPasskeys: policy['max-passkeys'],
        challengeLifetimeMs: policy['challenge-lifetime'],
        pendingLifetimeMs: policy['pending-lifetime'],
      }),
      aaguids: aaguids && { ...base.aaguids, ...withoutUndefined(aaguids) },
      mfa: mfa && { ...base.mfa, ...withoutUndefined({ accept: mfa.accept, freshForMs: mfa['fresh-for'] }) },
      tap: tap && {
        ...base.tap,
        ...withoutUndefined({
          minLifetimeMinutes: minutes(tap['min-lifetime']),
          maxLifetimeMinutes: minutes(tap['max-lifetime']),
          defaultLifetimeMinutes: minutes(tap['default-lifetime']),
          oneTime: tap['one-time'],
          length: tap.length,
          registerWithinMs: tap['register-within'],
        }),
      },
    },
    base,
  );
}

/** Returns `fallback` with the members of `value` that are not undefined. */
function withoutUndefined<T extends object>(value: T, fallback: object = {}): T {
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return { ...fallback, ...Object.fromEntries(members) } as T;
}
