/** `touchstone conform authenticator`: runs the requirements on authenticators, lists and explains them, and proves them. */
import { Command, Option } from 'commander';
import pc from 'picocolors';
import { UsageError } from '#base/errors.ts';
import { authenticatorCatalogue } from '#conformance/authenticator/catalogue.ts';
import type { Actions } from '#conformance/authenticator/plan/effort.ts';
import { comparePlan, planRun } from '#conformance/authenticator/plan/plan.ts';
import { profileIds, requirementsOf } from '#conformance/authenticator/profiles/profiles.ts';
import { findUnproven } from '#conformance/authenticator/prove.ts';
import type { Requirement } from '#conformance/authenticator/requirement.ts';
import { casesOf } from '#conformance/authenticator/run-case.ts';
import { selectEntries } from '#conformance/select.ts';
import { count } from '#report/format.ts';
import { emulatedTargets } from '../compose/emulated-test-target.ts';
import { emulatePersona, withTargetOptions } from '../conform/authenticator-target.ts';
import { catalogueAsJson, describeCatalogue, explainRequirement } from '../conform/describe-catalogue.ts';
import { withReportOptions } from '../conform/report-options.ts';
import { type AuthenticatorRunOptions, runAuthenticator } from '../conform/run-authenticator.ts';
import { exitCode } from '../exit-codes.ts';
import { alignColumns } from '../table.ts';

interface ConformOptions extends AuthenticatorRunOptions {
  list: boolean;
  explain?: string;
  prove: boolean;
  plan: boolean;
}

export const conformAuthenticatorCommand = (finish: (code: number) => void) =>
  withTargetOptions(withReportOptions(new Command('authenticator')))
    .description('Test whether an authenticator conforms to CTAP')
    .argument('[ids...]', 'Groups, subjects or requirements, e.g. pin or pin.retries (default: all)')
    .addOption(
      new Option('--profile <id>', 'Run the requirements of a profile; all that apply must be met').choices(profileIds),
    )
    .option('--list', 'List the requirements without running them', false)
    .option('--json', 'Print a JSON array: of requirements with --list, of results otherwise', false)
    .option('--explain <id>', 'Explain a requirement, with the messages of an example')
    .option(
      '--prove',
      'Check that every requirement passes on a conforming authenticator and fails with its defects',
      false,
    )
    .option('--plan', 'Print how many touches and power cycles a real key needs, without running anything on it', false)
    .option('--resume', 'Continue the run that was interrupted', false)
    .option('--expected-failures <file>', 'YAML file of known failures, which do not fail the run')
    .action(async (ids: string[], options: ConformOptions) => finish(await conform(ids, options)));

async function conform(ids: readonly string[], options: ConformOptions): Promise<number> {
  const requirements = selectRequirements(ids, options);
  if (options.explain !== undefined) return explain(options.explain);
  if (options.list) return list(requirements, options);
  if (options.prove) return prove(requirements);
  if (options.plan) return printPlan(requirements, options);
  return runAuthenticator(requirements, options);
}

/** @throws {UsageError} if a part of a profile is selected: in a profile run nothing that applies is skipped. */
function selectRequirements(ids: readonly string[], { profile }: ConformOptions): Requirement[] {
  if (profile === undefined) return selectEntries(authenticatorCatalogue, ids);
  if (ids.length > 0) throw new UsageError('Expected --profile or ids of requirements, got both');
  return requirementsOf(profile, authenticatorCatalogue);
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

/** Prints how many touches and power cycles a run on a real key needs, measured on the emulated model. */
async function printPlan(requirements: readonly Requirement[], { persona, json }: ConformOptions): Promise<number> {
  const emulate = emulatePersona(persona);
  const { catalogueOrder, planned } = await comparePlan(requirements, await planRun(requirements, emulate), emulate);
  console.log(json ? JSON.stringify({ catalogueOrder, planned }, null, 2) : describePlan(catalogueOrder, planned));
  return exitCode.passed;
}

function describePlan(catalogueOrder: Actions, planned: Actions): string {
  const rowOf = (title: string, { touches, powerCycles }: Actions) => [title, `${touches}`, `${powerCycles}`];
  const saved = (before: number, after: number) =>
    before === 0 ? '0 %' : `${Math.round((1 - after / before) * 100)} %`;
  return alignColumns([
    ['', 'TOUCHES', 'POWER CYCLES'],
    rowOf('catalogue order', catalogueOrder),
    rowOf('planned order', planned),
    ['saved', saved(catalogueOrder.touches, planned.touches), saved(catalogueOrder.powerCycles, planned.powerCycles)],
  ]);
}
