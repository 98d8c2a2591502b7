/** `touchstone conform authenticator`: runs the requirements on authenticators, lists and explains them, and proves them. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import pc from 'picocolors';
import { messageOf, UsageError } from '#base/errors.ts';
import { authenticatorCatalogue } from '#conformance/authenticator/catalogue.ts';
import { findUnproven } from '#conformance/authenticator/prove.ts';
import type { Requirement } from '#conformance/authenticator/requirement.ts';
import { casesOf } from '#conformance/authenticator/run-case.ts';
import { runSuite } from '#conformance/authenticator/run-suite.ts';
import type { CaseResult } from '#conformance/case-result.ts';
import { applyExpectedFailures, parseExpectedFailures } from '#conformance/expected-failures.ts';
import { selectEntries } from '#conformance/select.ts';
import { failsRun } from '#conformance/verdict.ts';
import { count } from '#report/format.ts';
import { emulatedTargets } from '../compose/emulated-test-target.ts';
import { catalogueAsJson, describeCatalogue, explainRequirement } from '../conform/describe-catalogue.ts';
import { formatResults } from '../conform/print-results.ts';
import { exitCode } from '../exit-codes.ts';
import { collect } from './option-parsers.ts';

interface ConformOptions {
  persona: string;
  defect: string[];
  list: boolean;
  json: boolean;
  explain?: string;
  prove: boolean;
  verbose: boolean;
  expectedFailures?: string;
}

export const conformAuthenticatorCommand = (finish: (code: number) => void) =>
  new Command('authenticator')
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
    .option('--verbose', 'Print also the requirements that are not applicable, with the reason', false)
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
  const { persona, defect, json, verbose } = options;
  const expected = readExpectedFailures(options);
  const results = await runSuite(requirements, emulatedTargets(persona, defect));
  const today = new Date().toISOString().slice(0, 10);
  const counted = applyExpectedFailures(results, expected, today);
  console.log(json ? JSON.stringify(counted, null, 2) : formatResults(counted, { verbose }));
  return exitCodeOf(counted);
}

function readExpectedFailures({ expectedFailures: file }: ConformOptions) {
  if (file === undefined) return [];
  const ids = new Set(authenticatorCatalogue.map(({ id }) => id));
  return parseExpectedFailures(readText(file), file, ids);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`Cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
}

/** A run in which nothing was applicable has tested nothing, so it does not pass. */
function exitCodeOf(results: readonly CaseResult[]): number {
  if (failsRun(results.map(({ verdict }) => verdict))) return exitCode.failed;
  return results.some(({ verdict }) => verdict !== 'not-applicable') ? exitCode.passed : exitCode.infrastructure;
}
