/** What the report of relying parties contains: the cases with their rules, and each target with its mistakes. */

import { consequenceOf } from '#conformance/relying-party/consequences.ts';
import { groupTitles, relyingPartyCatalogue } from '../relying-party/catalogue.ts';
import type { RelyingPartyCase } from '../relying-party/relying-party-case.ts';
import { ruleOf } from '../relying-party/rules.ts';
import type { RelyingPartyCaseResult } from '../relying-party/run-case.ts';
import { mistakeOf } from '../relying-party/score.ts';
import type { RelyingPartyTarget } from '../relying-party/target.ts';
import { buildReport, type Catalogue, type TargetResults, toReportRequirement } from './build-report.ts';
import type { ConformanceReport, ReportRequirement, ReportTarget } from './report-model.ts';

export interface RelyingPartyRun {
  target: RelyingPartyTarget;
  /** A file of the project, or the address of the server. */
  uri?: string | undefined;
  results: readonly RelyingPartyCaseResult[];
}

export const relyingPartyCases = (): Catalogue => ({
  entries: relyingPartyCatalogue,
  caseIds: relyingPartyCatalogue.map(({ id }) => id),
});

/** Returns the report of the cases that were selected, on one or more targets. */
export const relyingPartyReport = (
  run: ConformanceReport['run'],
  cases: readonly RelyingPartyCase[],
  runs: readonly RelyingPartyRun[],
  profiles: ConformanceReport['profiles'] = [],
): ConformanceReport =>
  buildReport({
    suite: 'relying-party',
    run,
    catalogue: relyingPartyCases(),
    requirements: cases.map(toRequirement),
    groupTitles,
    targets: withDifferentNames(runs.map((one) => toTargetResults(cases, one))),
    profiles,
  });

/** Reports name targets; two versions of a library have the same name. */
function withDifferentNames(all: readonly TargetResults[]): TargetResults[] {
  const seen = new Map<string, number>();
  return all.map(({ target, results }) => {
    const number = (seen.get(target.name) ?? 0) + 1;
    seen.set(target.name, number);
    return { target: number === 1 ? target : { ...target, name: `${target.name} (${number})` }, results };
  });
}

function toRequirement(one: RelyingPartyCase): ReportRequirement {
  const { expected, rules, group } = one;
  const [rule] = rules;
  return {
    ...toReportRequirement(one),
    group,
    expected: typeof expected === 'string' ? expected : `either: ${expected.either}`,
    ...(rule !== undefined && { ...consequenceOf(one), fix: ruleOf(rule).fix }),
  };
}

function toTargetResults(cases: readonly RelyingPartyCase[], { target, uri, results }: RelyingPartyRun): TargetResults {
  const byId = new Map(cases.map((one) => [one.id, one]));
  return {
    target: describeTarget(target, uri),
    results: results.map((result) =>
      result.verdict === 'fail' ? { ...result, mistake: describeMistake(byId.get(result.id), result) } : result,
    ),
  };
}

/** A capability that is missing fails a case only in the run of a profile. */
const describeMistake = (one: RelyingPartyCase | undefined, { lacking, outcome }: RelyingPartyCaseResult): string =>
  lacking === undefined ? mistakeOf(one, outcome) : 'not-supported';

const formatYes = (value: boolean): string => (value ? 'yes' : 'no');

function describeTarget(target: RelyingPartyTarget, uri: string | undefined): ReportTarget {
  const { name, version, formats, algorithms, checksTrust, keepsState } = target;
  const identity = [
    { name: 'Attestation formats', value: formats?.join(', ') ?? 'not known' },
    { name: 'Algorithms (COSE)', value: algorithms?.join(', ') ?? 'not known' },
    {
      name: 'Checks certificates against roots',
      value: checksTrust === undefined ? 'not known' : formatYes(checksTrust),
    },
    { name: 'Keeps challenges, sessions and credentials', value: formatYes(keepsState) },
    ...(uri === undefined ? [] : [{ name: 'Location', value: uri }]),
  ];
  return { name, ...(version !== undefined && { version }), ...(uri !== undefined && { uri }), identity };
}
