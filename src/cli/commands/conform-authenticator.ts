/** `touchstone conform authenticator`: runs the requirements on authenticators, lists and explains them, and proves them. */
import { Command } from 'commander';
import pc from 'picocolors';
import { UsageError } from '#base/errors.ts';
import { authenticatorCatalogue } from '#conformance/authenticator/catalogue.ts';
import { findUnproven } from '#conformance/authenticator/prove.ts';
import type { Requirement } from '#conformance/authenticator/requirement.ts';
import { casesOf } from '#conformance/authenticator/run-case.ts';
import { readInfoOf, runSuite } from '#conformance/authenticator/run-suite.ts';
import { authenticatorReport } from '#conformance/report/authenticator-report.ts';
import { selectEntries } from '#conformance/select.ts';
import { count } from '#report/format.ts';
import { emulatedTargets } from '../compose/emulated-test-target.ts';
import { catalogueAsJson, describeCatalogue, explainRequirement } from '../conform/describe-catalogue.ts';
import { countExpected, readExpectedFailures } from '../conform/read-expected-failures.ts';
import { ReportedRun, type ReportOptions, withReportOptions } from '../conform/report-options.ts';
import { exitCode } from '../exit-codes.ts';
import { collect } from './option-parsers.ts';

interface ConformOptions extends ReportOptions {
  persona: string;
  defect: string[];
  list: boolean;
  explain?: string;
  prove: boolean;
  expectedFailures?: string;
}

export const conformAuthenticatorCommand = (finish: (code: number) => void) =>
  withReportOptions(new Command('authenticator'))
    .description('Test whether an authenticator conforms to CTAP')
    .argument('[ids...]', 'Groups, subjects or requirements, e.g. pin or pin.retries (default: all)')
    .option('--persona <id>', 'Test an emulated authenticator of this model', 'touchstone-complete')
    .option('--defect <id>', 'Give the emulated authenticator a defect (repeatable)', collect, [])
    .option('--list', 'List the requirements without running them', false)
    .option('--json', 'Print a JSON array: of requirements with --list, of results otherwise', false)
    .option('--explain <id>', 'Explain a requirement, with the messages of an example')
    .option(
      '--prove',
      'Check that every requirement passes on a conforming authenticator and fails with its defects',
      false,
    )
    .option('--expected-failures <file>', 'YAML file of known failures, which do not fail the run')
    .action(async (ids: string[], options: ConformOptions) => finish(await conform(ids, options)));

async function conform(ids: readonly string[], options: ConformOptions): Promise<number> {
  const requirements = selectEntries(authenticatorCatalogue, ids);
  if (options.explain !== undefined) return explain(options.explain);
  if (options.list) return list(requirements, options);
  if (options.prove) return prove(requirements);
  return run(requirements, options);
}

function list(requirements: readonly Requirement[], { json }: ConformOptions): number {
  const text = json ? JSON.stringify(catalogueAsJson(requirements), null, 2) : describeCatalogue(requirements);
  console.log(text);
  return exitCode.passed;
}

async function explain(id: string): Promise<number> {
  const requirement = authenticatorCatalogue.find((candidate) => candidate.id === id);
  if (!requirement) throw new UsageError(`Unknown requirement ${JSON.stringify(id)}: --list shows all of them`);
  console.log(await explainRequirement(requirement));
  return exitCode.passed;
}

async function prove(requirements: readonly Requirement[]): Promise<number> {
  const emulate = (persona: string, defect?: string) => emulatedTargets(persona, defect === undefined ? [] : [defect]);
  const problems = await findUnproven(requirements, emulate);
  for (const problem of problems) console.log(`${pc.red('not proven')} ${problem}`);
  const cases = casesOf(requirements).length;
  if (problems.length > 0) return exitCode.failed;
  console.log(`${pc.green('✓')} ${count(requirements.length, 'requirement')} with ${count(cases, 'case')} proven`);
  return exitCode.passed;
}

async function run(requirements: readonly Requirement[], options: ConformOptions): Promise<number> {
  const { persona, defect, expectedFailures } = options;
  const expected = readExpectedFailures(expectedFailures, authenticatorCatalogue);
  const reported = await ReportedRun.begin('authenticator', options);
  const source = emulatedTargets(persona, defect);
  const info = await readInfoOf(source);
  const results = countExpected(await runSuite(requirements, source), expected);
  return reported.end(authenticatorReport({ run: reported.facts(), requirements, results, name: source.name, info }), {
    target: { kind: 'persona', persona, defects: defect },
    ...(expected && { expectedFailures: expected }),
  });
}
