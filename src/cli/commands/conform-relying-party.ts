/** `touchstone conform relying-party`: runs the mutation catalogue on a relying party, lists and explains its cases, and proves them. */
import { Command, Option } from 'commander';
import pc from 'picocolors';
import { UsageError } from '#base/errors.ts';
import { systemRandom } from '#base/random.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { relyingPartyCatalogue } from '#conformance/relying-party/catalogue.ts';
import {
  failMissingCapabilities,
  type RelyingPartyProfileId,
  relyingPartyProfileIds,
} from '#conformance/relying-party/profiles/profiles.ts';
import { findUnprovenCases } from '#conformance/relying-party/prove.ts';
import type { RelyingPartyCase } from '#conformance/relying-party/relying-party-case.ts';
import { runRelyingPartySuite } from '#conformance/relying-party/run-suite.ts';
import { sampleCases } from '#conformance/relying-party/sample.ts';
import { type RelyingPartyRun, relyingPartyReport } from '#conformance/report/relying-party-report.ts';
import { count } from '#report/format.ts';
import { proofParties } from '../compose/relying-party-suite.ts';
import { suiteEmulator } from '../compose/suite-emulator.ts';
import {
  describeRelyingPartyCases,
  explainRelyingPartyCase,
  relyingPartyCasesAsJson,
} from '../conform/describe-relying-party-case.ts';
import { countExpected, readExpectedFailures } from '../conform/read-expected-failures.ts';
import { describeGaps, judgeProfiles, selectCases } from '../conform/relying-party-profiles.ts';
import { chooseTargets, type TargetOptions, withTargetOptions } from '../conform/relying-party-target.ts';
import { ReportedRun, type ReportOptions, withReportOptions } from '../conform/report-options.ts';
import { exitCode } from '../exit-codes.ts';
import { parsePositive } from './option-parsers.ts';

interface Options extends TargetOptions, ReportOptions {
  profile?: RelyingPartyProfileId;
  sample?: number;
  list: boolean;
  explain?: string;
  prove: boolean;
  expectedFailures?: string;
}

export const conformRelyingPartyCommand = (finish: (code: number) => void) =>
  withReportOptions(withTargetOptions(new Command('relying-party')))
    .description('Test whether a relying party refuses invalid registrations and sign-ins, and accepts unusual ones')
    .argument('[ids...]', 'Groups, subjects or cases, e.g. client-data or client-data.origin (default: all)')
    .addOption(
      new Option('--profile <id>', 'Run the cases of a profile; a missing demand fails the run').choices(
        relyingPartyProfileIds,
      ),
    )
    .option('--sample <number>', 'Run only this number of cases, taken evenly from all groups', parsePositive)
    .option('--list', 'List the cases without running them', false)
    .option('--json', 'Print a JSON array: of cases with --list, of results otherwise', false)
    .option('--explain <id>', 'Explain a case: its rule, what it means when the rule is missing, and the usual fix')
    .option('--prove', 'Check that every case fails with a relying party that lacks exactly its rules', false)
    .option('--expected-failures <file>', 'YAML file of known violations, which do not fail the run')
    .action(async (ids: string[], options: Options) => finish(await conform(ids, options)));

async function conform(ids: readonly string[], options: Options): Promise<number> {
  if (options.explain !== undefined) return explain(options.explain);
  const cases = selectCases(ids, options);
  if (options.list) return list(cases, options);
  return options.prove ? prove(cases) : run(cases, options);
}

function list(cases: readonly RelyingPartyCase[], { json }: Options): number {
  console.log(json ? JSON.stringify(relyingPartyCasesAsJson(cases), null, 2) : describeRelyingPartyCases(cases));
  return exitCode.passed;
}

function explain(id: string): number {
  const one = relyingPartyCatalogue.find((candidate) => candidate.id === id);
  if (!one) throw new UsageError(`Unknown case ${JSON.stringify(id)}: --list shows all of them`);
  console.log(explainRelyingPartyCase(one));
  return exitCode.passed;
}

async function prove(cases: readonly RelyingPartyCase[]): Promise<number> {
  const problems = await findUnprovenCases(cases, proofParties());
  for (const { id, problem } of problems) console.log(`${pc.red('not proven')} ${id}: ${problem}`);
  if (problems.length > 0) return exitCode.failed;
  console.log(`${pc.green('✓')} ${count(cases.length, 'case')} proven`);
  return exitCode.passed;
}

const portalSeed = 'conformance';

async function run(cases: readonly RelyingPartyCase[], options: Options): Promise<number> {
  const { profile } = options;
  const expected = readExpectedFailures(options.expectedFailures, relyingPartyCatalogue);
  const reported = await ReportedRun.begin('relying-party', options);
  // A bundle of the portal can be made again byte by byte.
  const random = options.bundle === undefined ? systemRandom : seededRandom(portalSeed);
  const chosen = chooseTargets(options, random);
  const runs: RelyingPartyRun[] = [];
  let selected = cases;
  for (const { uri, open } of chosen) {
    await using opened = await open();
    const { target } = opened;
    // All targets run the same cases, so that they can be compared.
    if (options.sample !== undefined && runs.length === 0) selected = sampleCases(cases, target, options.sample);
    const all = await runRelyingPartySuite(selected, target, suiteEmulator(random));
    const results = countExpected(profile === undefined ? all : failMissingCapabilities(profile, all), expected);
    runs.push({ target, uri, results });
  }
  const [first, ...others] = runs;
  // The results of a profile are those of one relying party.
  const profiles = first && others.length === 0 ? judgeProfiles(first.results, profile) : [];
  if (first && profile !== undefined) for (const gap of describeGaps(profile, first.results)) console.error(gap);
  const code = await reported.end(relyingPartyReport(reported.facts(), selected, runs, profiles), {
    target: chosen[0]?.isPortal ? { kind: 'portal', seed: portalSeed } : { kind: 'other' },
    ...(expected && { expectedFailures: expected }),
  });
  const isProfilePassed = profile === undefined || profiles.every(({ verdict }) => verdict === 'passed');
  return code === exitCode.passed && !isProfilePassed ? exitCode.failed : code;
}
