/**
 * The profiles of `--profile` for relying parties: which cases they contain, and which capabilities they demand. `profiles.lock` freezes
 * them.
 */
import { judgeCases, type ProfileVerdict, toLockLines } from '../../profile.ts';
import { selectEntries } from '../../select.ts';
import type { RelyingPartyCase } from '../relying-party-case.ts';
import type { RelyingPartyCaseResult } from '../run-case.ts';
import { fido2Server } from './fido2-server.ts';
import type { Demand, RelyingPartyProfile } from './profile.ts';
import { webauthnRp } from './webauthn-rp.ts';

export const relyingPartyProfiles = {
  'fido2-server': fido2Server,
  'webauthn-rp': webauthnRp,
} as const satisfies Record<string, RelyingPartyProfile>;

export type RelyingPartyProfileId = keyof typeof relyingPartyProfiles;
export const relyingPartyProfileIds = Object.keys(relyingPartyProfiles) as RelyingPartyProfileId[];

/** Returns the cases that test a demand, in the order of the catalogue; none if the demand has a reason instead. */
export const casesOfDemand = ({ cases }: Demand, catalogue: readonly RelyingPartyCase[]): RelyingPartyCase[] =>
  typeof cases === 'string' ? [] : selectEntries(catalogue, cases);

/** Returns the cases of a profile in the order of the catalogue. */
export function casesOfProfile(id: RelyingPartyProfileId, catalogue: readonly RelyingPartyCase[]): RelyingPartyCase[] {
  const { demands, catalogue: version }: RelyingPartyProfile = relyingPartyProfiles[id];
  const own = new Set(demands.flatMap((demand) => casesOfDemand(demand, catalogue)));
  return catalogue.filter((one) => own.has(one) && one.since === version);
}

const isDemanded = (id: RelyingPartyProfileId, { verdict, lacking }: RelyingPartyCaseResult): boolean =>
  verdict === 'not-applicable' &&
  lacking !== undefined &&
  relyingPartyProfiles[id].demands.some(({ capabilities }) => capabilities.includes(lacking));

/** Returns the results. A case that is not applicable because of a capability that the profile demands counts as failed. */
export const failMissingCapabilities = (
  id: RelyingPartyProfileId,
  results: readonly RelyingPartyCaseResult[],
): RelyingPartyCaseResult[] =>
  results.map((result) =>
    isDemanded(id, result)
      ? { ...result, verdict: 'fail', message: `The profile ${id} demands: ${result.lacking}. ${result.message}` }
      : result,
  );

/** A demand that the suite could not test on this relying party, and why. */
export interface UntestedDemand {
  demand: Demand;
  reason: string;
}

/** Returns the demands without an applicable case, or with applicable controls only. */
export function findUntestedDemands(
  id: RelyingPartyProfileId,
  catalogue: readonly RelyingPartyCase[],
  results: readonly RelyingPartyCaseResult[],
): UntestedDemand[] {
  const byId = new Map(results.map((result) => [result.id, result]));
  const { demands }: RelyingPartyProfile = relyingPartyProfiles[id];
  return demands.flatMap((demand) => {
    const own = casesOfDemand(demand, catalogue);
    const refused = own.filter(({ expected }) => expected === 'refuse');
    const decisive = (refused.length > 0 ? refused : own).map((one) => byId.get(one.id));
    const [first] = decisive;
    const isUntested = decisive.every((result) => result?.verdict === 'not-applicable');
    return first && !demand.isOptional && isUntested ? [{ demand, reason: first.message }] : [];
  });
}

/**
 * Returns the verdict of a profile; `results` may also have those of other cases. A profile is not tested if a case was not run, if a
 * demand could not be tested, or if the relying party lacks something, unless `failMissingCapabilities` has made that a failure.
 */
export function judgeRelyingPartyProfile(
  id: RelyingPartyProfileId,
  catalogue: readonly RelyingPartyCase[],
  results: readonly RelyingPartyCaseResult[],
): ProfileVerdict {
  const byId = new Map(results.map((result) => [result.id, result]));
  const own = casesOfProfile(id, catalogue).map((one) => byId.get(one.id));
  if (own.some((result) => result && isDemanded(id, result))) return 'not-tested';
  const verdict = judgeCases(own.map((result) => result?.verdict));
  if (verdict !== 'passed') return verdict;
  return findUntestedDemands(id, catalogue, results).length > 0 ? 'not-tested' : 'passed';
}

/** Returns the lines of `profiles.lock` for this catalogue. */
export const lockedCases = (catalogue: readonly RelyingPartyCase[]): string[] =>
  relyingPartyProfileIds.flatMap((id) => toLockLines(id, relyingPartyProfiles[id], casesOfProfile(id, catalogue)));
