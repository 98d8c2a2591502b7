/** The option `--profile` of `touchstone conform relying-party`: which cases run, and the verdicts of profiles. */
import { UsageError } from '#base/errors.ts';
import { formatProfile } from '#conformance/profile.ts';
import { relyingPartyCatalogue } from '#conformance/relying-party/catalogue.ts';
import { formatDemand } from '#conformance/relying-party/profiles/profile.ts';
import {
  casesOfProfile,
  findUntestedDemands,
  judgeRelyingPartyProfile,
  type RelyingPartyProfileId,
  relyingPartyProfileIds,
  relyingPartyProfiles,
} from '#conformance/relying-party/profiles/profiles.ts';
import type { RelyingPartyCase } from '#conformance/relying-party/relying-party-case.ts';
import type { RelyingPartyCaseResult } from '#conformance/relying-party/run-case.ts';
import type { ConformanceReport } from '#conformance/report/report-model.ts';
import { selectEntries } from '#conformance/select.ts';

export interface ProfileOptions {
  profile?: RelyingPartyProfileId;
  sample?: number;
  adapter: readonly string[];
}

/** @throws {UsageError} if a part of a profile is selected: in a profile run nothing that applies is skipped. */
export function selectCases(ids: readonly string[], { profile, sample, adapter }: ProfileOptions): RelyingPartyCase[] {
  if (profile === undefined) return selectEntries(relyingPartyCatalogue, ids);
  if (ids.length > 0) throw new UsageError('Expected --profile or ids of cases, got both');
  if (sample !== undefined) throw new UsageError('Expected --profile or --sample, got both');
  if (adapter.length > 1) throw new UsageError(`Expected one adapter with --profile, got ${adapter.length}`);
  return casesOfProfile(profile, relyingPartyCatalogue);
}

/** Returns the verdict of the chosen profile, otherwise of all that were tested completely. */
export function judgeProfiles(
  results: readonly RelyingPartyCaseResult[],
  chosen: RelyingPartyProfileId | undefined,
): ConformanceReport['profiles'] {
  const ids = chosen === undefined ? relyingPartyProfileIds : [chosen];
  const judged = ids.map((id) => ({
    id,
    title: formatProfile(relyingPartyProfiles[id]),
    verdict: judgeRelyingPartyProfile(id, relyingPartyCatalogue, results),
  }));
  return chosen === undefined ? judged.filter(({ verdict }) => verdict !== 'not-tested') : judged;
}

/** Returns what the relying party lacks that the profile demands, and the demands that could not be tested, as sentences. */
export function describeGaps(profile: RelyingPartyProfileId, results: readonly RelyingPartyCaseResult[]): string[] {
  const lacking = results.flatMap(({ verdict, lacking: capability }) => (verdict === 'fail' && capability) || []);
  const untested = findUntestedDemands(profile, relyingPartyCatalogue, results);
  return [
    ...[...new Set(lacking)].map(
      (capability) => `The relying party does not have what the profile ${profile} demands: ${capability}`,
    ),
    ...untested.map(
      ({ demand, reason }) => `Cannot test a demand of the profile ${profile}: ${formatDemand(demand)}. ${reason}`,
    ),
  ];
}
