/** `touchstone conform relying-party`: runs the mutation catalogue on a relying party, lists and explains its cases, and proves them. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import pc from 'picocolors';
import { messageOf, UsageError } from '#base/errors.ts';
import { systemRandom } from '#base/random.ts';
import type { CaseResult } from '#conformance/case-result.ts';
import { applyExpectedFailures, parseExpectedFailures } from '#conformance/expected-failures.ts';
import { relyingPartyCatalogue } from '#conformance/relying-party/catalogue.ts';
import { createLibraryTarget } from '#conformance/relying-party/library-target.ts';
import { findUnprovenCases } from '#conformance/relying-party/prove.ts';
import type { RelyingPartyCase } from '#conformance/relying-party/relying-party-case.ts';
import { runRelyingPartySuite } from '#conformance/relying-party/run-suite.ts';
import type { RelyingPartyTarget } from '#conformance/relying-party/target.ts';
import { selectEntries } from '#conformance/select.ts';
import { failsRun } from '#conformance/verdict.ts';
import { count } from '#report/format.ts';
import { emulatorTrustAnchors } from '../compose/emulator-catalogue.ts';
import { createPortalTarget } from '../compose/portal-target.ts';
import { proofParties, suiteEmulator } from '../compose/relying-party-suite.ts';
import {
  describeRelyingPartyCases,
  explainRelyingPartyCase,
  relyingPartyCasesAsJson,
} from '../conform/describe-relying-party-case.ts';
import { loadAdapter } from '../conform/load-adapter.ts';
import { openServer } from '../conform/open-server.ts';
import { formatResults } from '../conform/print-results.ts';
import { exitCode } from '../exit-codes.ts';

interface Options {
  adapter?: string;
  url?: string;
  authorized?: string;
  list: boolean;
  json: boolean;
  explain?: string;
  prove: boolean;
  verbose: boolean;
  expectedFailures?: string;
}

export const conformRelyingPartyCommand = (finish: (code: number) => void) =>
  new Command('relying-party')
    .description('Test whether a relying party refuses invalid registrations and sign-ins, and accepts unusual ones')
    .argument('[ids...]', 'Groups, subjects or cases, e.g. client-data or client-data.origin (default: all)')
    .option('--adapter <file>', 'Test a library through its adapter, a module; default: the portal of Touchstone')
    .option('--url <address>', 'Test a server with the conformance API of the FIDO Alliance at this address')
    .option('--authorized <host>', 'Permit the test of a server on this host, which is not this machine')
    .option('--list', 'List the cases without running them', false)
    .option('--json', 'Print a JSON array: of cases with --list, of results otherwise', false)
    .option('--explain <id>', 'Explain a case: its rule, what it means when the rule is missing, and the usual fix')
    .option('--prove', 'Check that every case fails with a relying party that lacks exactly its rules', false)
    .option('--verbose', 'Also print the cases that are not applicable', false)
    .option('--expected-failures <file>', 'YAML file of known violations, which do not fail the run')
    .action(async (ids: string[], options: Options) => finish(await conform(ids, options)));

async function conform(ids: readonly string[], options: Options): Promise<number> {
  if (options.explain !== undefined) return explain(options.explain);
  const cases = selectEntries(relyingPartyCatalogue, ids);
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

async function run(cases: readonly RelyingPartyCase[], options: Options): Promise<number> {
  const expected = readExpectedFailures(options);
  const target = await openTarget(options);
  const results = await runRelyingPartySuite(cases, target, suiteEmulator());
  const today = new Date().toISOString().slice(0, 10);
  const counted = applyExpectedFailures(results, expected, today);
  console.log(options.json ? JSON.stringify(counted, null, 2) : formatResults(counted, { verbose: options.verbose }));
  return exitCodeOf(counted);
}

async function openTarget({ adapter, url, authorized }: Options): Promise<RelyingPartyTarget> {
  if (adapter !== undefined && url !== undefined)
    throw new UsageError('Cannot test a library and a server at the same time: expected --adapter or --url');
  if (url !== undefined) return openServer(url, authorized);
  if (adapter === undefined) return createPortalTarget();
  return createLibraryTarget(await loadAdapter(adapter), {
    random: systemRandom,
    trustAnchors: emulatorTrustAnchors(),
  });
}

function readExpectedFailures({ expectedFailures: file }: Options) {
  if (file === undefined) return [];
  const ids = new Set(relyingPartyCatalogue.map(({ id }) => id));
  try {
    return parseExpectedFailures(readFileSync(file, 'utf8'), file, ids);
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`Cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
}

/** A run in which nothing was applicable has tested nothing, so it does not pass. */
function exitCodeOf(results: readonly CaseResult[]): number {
  if (failsRun(results.map(({ verdict }) => verdict))) return exitCode.failed;
  return results.some(({ verdict }) => verdict !== 'not-applicable') ? exitCode.passed : exitCode.infrastructure;
}
