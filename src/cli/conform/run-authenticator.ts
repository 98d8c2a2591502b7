/** Runs the requirements on an authenticator, with a journal that lets an interrupted run continue. */
import { join, resolve } from 'node:path';
import { fromHex, toHex } from '#base/bytes.ts';
import { authenticatorCatalogue } from '#conformance/authenticator/catalogue.ts';
import { Journal, readJournal } from '#conformance/authenticator/journal.ts';
import {
  findUnmetDemands,
  judgeProfile,
  type ProfileId,
  profileIds,
  profiles,
} from '#conformance/authenticator/profiles/profiles.ts';
import type { Requirement } from '#conformance/authenticator/requirement.ts';
import { casesOf } from '#conformance/authenticator/run-case.ts';
import { parseInfoAnswer, readInfoAnswer, runSuite } from '#conformance/authenticator/run-suite.ts';
import type { TestTargetSource } from '#conformance/authenticator/test-target.ts';
import type { CaseResult } from '#conformance/case-result.ts';
import { formatProfile } from '#conformance/profile.ts';
import { observeRecommendations } from '#conformance/recommendations.ts';
import { authenticatorReport } from '#conformance/report/authenticator-report.ts';
import type { ConformanceReport } from '#conformance/report/report-model.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { count } from '#report/format.ts';
import { exitCode } from '../exit-codes.ts';
import { withInterruptSignal } from '../run/with-interrupt-signal.ts';
import { type OpenedTarget, openTarget, type TargetOptions } from './authenticator-target.ts';
import { countExpected, readExpectedFailures } from './read-expected-failures.ts';
import { ReportedRun, type ReportOptions } from './report-options.ts';

export interface AuthenticatorRunOptions extends ReportOptions, TargetOptions {
  profile?: ProfileId;
  resume: boolean;
  expectedFailures?: string;
}

/** Runs the requirements, writes the reports, and returns the exit code. */
export async function runAuthenticator(
  requirements: readonly Requirement[],
  options: AuthenticatorRunOptions,
): Promise<number> {
  const expected = readExpectedFailures(options.expectedFailures, authenticatorCatalogue);
  const reported = await ReportedRun.begin('authenticator', options);
  await using target = await openTarget(requirements, options);
  const run = await runWithJournal(requirements, target, options);
  if (run.isInterrupted) return reportInterruption(run.results.length, requirements);
  const { info } = run;
  const { source, bundled } = target;
  const counted = countExpected(run.results, expected);
  const verdicts = judgeProfiles({ results: counted, info, source }, options.profile);
  const withShould = options.profile !== undefined && profiles[options.profile].withShould;
  const results = withShould ? counted : observeRecommendations(counted, requirements);
  const report = authenticatorReport({
    run: reported.facts(),
    requirements,
    results,
    name: source.name,
    info,
    profiles: verdicts,
  });
  const input = { target: bundled, ...(expected && { expectedFailures: expected }), ...(withShould && { withShould }) };
  const code = await reported.end(report, input);
  const isProfilePassed = options.profile === undefined || verdicts.every(({ verdict }) => verdict === 'passed');
  return code === exitCode.passed && !isProfilePassed ? exitCode.failed : code;
}

interface FinishedRun {
  results: CaseResult[];
  info: AuthenticatorInfo;
  isInterrupted: boolean;
}

/** The journal stays where it is if the run is interrupted. */
function runWithJournal(
  requirements: readonly Requirement[],
  { source, order }: OpenedTarget,
  { output, resume }: AuthenticatorRunOptions,
): Promise<FinishedRun> {
  const file = join(resolve(output), 'conform-authenticator.journal');
  return withInterruptSignal(async (signal) => {
    const described = { target: source.name, requirements: requirements.map(({ id }) => id) };
    const interrupted = resume ? readJournal(file, described) : undefined;
    const info = interrupted?.head.info ?? toHex(await readInfoAnswer(source));
    const finished = interrupted?.finished ?? [];
    const journal = Journal.begin(file, { ...described, info }, finished);
    const parsed = parseInfoAnswer(fromHex(info));
    const onResult = (result: CaseResult) => journal.add(result);
    const results = await runSuite(requirements, source, {
      ...(order && { order }),
      finished,
      info: parsed,
      onResult,
      signal,
    });
    const isInterrupted = results.length < casesOf(requirements).length;
    if (!isInterrupted) journal.delete();
    return { results, info: parsed, isInterrupted };
  });
}

function reportInterruption(finished: number, requirements: readonly Requirement[]): number {
  const total = count(casesOf(requirements).length, 'case');
  console.error(`Interrupted after ${finished} of ${total}. The same command with --resume runs the others`);
  return exitCode.interrupted;
}

interface JudgedRun {
  results: readonly CaseResult[];
  info: AuthenticatorInfo;
  source: TestTargetSource;
}

/** Returns the verdict of the chosen profile, otherwise of all that were tested completely. */
function judgeProfiles(
  { results, info, source }: JudgedRun,
  chosen: ProfileId | undefined,
): ConformanceReport['profiles'] {
  const ids = chosen === undefined ? profileIds : [chosen];
  const judged = ids.map((id) => {
    const unmet = findUnmetDemands(id, info, source.interfaces);
    if (chosen !== undefined)
      for (const reason of unmet)
        console.error(`The authenticator does not have what the profile ${id} demands: ${reason}`);
    const verdict = judgeProfile(id, authenticatorCatalogue, results, unmet);
    return { id, title: formatProfile(profiles[id]), verdict };
  });
  return chosen === undefined ? judged.filter(({ verdict }) => verdict !== 'not-tested') : judged;
}
