/** From the words of a scenario (`fresh-for: 5m`) to the relying party's policy (`freshForMs: 300000`). What is not said stays unsaid. */
import { coseAlgorithms } from '#protocol/cose.ts';
import type { Policy, PolicyInput } from '#relying-party/config.ts';
import type { ScenarioPolicy } from './schema/relying-party.ts';

const minutes = (ms: number | undefined) => (ms === undefined ? undefined : Math.round(ms / 60_000));

/** The stated parts of a policy, merged over `base`. */
export function policyOf(stated: ScenarioPolicy, base: Partial<Policy> = {}): PolicyInput {
  const { tap, mfa, aaguids } = stated;
  return defined(
    {
      ...base,
      ...defined({
        selfService: stated['self-service'],
        includedGroups: stated['included-groups'],
        excludedGroups: stated['excluded-groups'],
        allow: stated.allow,
        attestation: stated.attestation,
        userVerification: stated['user-verification'],
        residentKey: stated['resident-key'],
        timeoutMs: stated.timeout,
        algorithms: stated.algorithms?.map((name) => coseAlgorithms[name].alg) as [number, ...number[]] | undefined,
        maxPasskeys: stated['max-passkeys'],
        challengeLifetimeMs: stated['challenge-lifetime'],
        pendingLifetimeMs: stated['pending-lifetime'],
      }),
      aaguids: aaguids && { ...base.aaguids, ...defined(aaguids) },
      mfa: mfa && { ...base.mfa, ...defined({ accept: mfa.accept, freshForMs: mfa['fresh-for'] }) },
      tap: tap && {
        ...base.tap,
        ...defined({
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

/** Without the members that are undefined; `fallback` fills them in again. */
function defined<T extends object>(value: T, fallback: object = {}): T {
  const stated = Object.entries(value).filter(([, member]) => member !== undefined);
  return { ...fallback, ...Object.fromEntries(stated) } as T;
}
