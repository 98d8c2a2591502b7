/** `touchstone run`: selects cases, starts Playwright Test with them, and turns the master file into an exit code. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { UsageError } from '#base/errors.ts';
import { describeLeftoverCredentials } from '#real-keys/leftover-credentials.ts';
import type { OperatorChoice } from '#real-keys/operator/operators.ts';
import { askAtTerminal } from '#real-keys/pin-provider.ts';
import { type HostEnvironment, resolveDevices } from '#real-keys/resolve-devices.ts';
import { readResult } from '#report/read-result.ts';
import { type ExpandedCase, needsLab } from '#scenario/language/expanded-case.ts';
import { listDevices, openDevice } from '#transport/registry.ts';
import { modelNameOf } from '../compose/emulator-catalogue.ts';
import { exitCode, exitCodeOfRun } from '../exit-codes.ts';
import { isInsideLab } from '../lab/inside-lab.ts';
import { runInLab } from '../lab/run-in-lab.ts';
import { type KeyOptions, withKeyOptions } from '../run/key-options.ts';
import { type OperatorOptions, operatorChoice, withOperatorOptions } from '../run/operator-options.ts';
import { keyFacts, planAsEnvironment, type RunPlan } from '../run/run-plan.ts';
import { runPlaywright } from '../run/run-playwright.ts';
import { loadOrReport } from '../run/scenario-library.ts';
import { withInterruptSignal } from '../run/with-interrupt-signal.ts';

interface RunOptions extends KeyOptions, OperatorOptions {
  grep?: RegExp;
  tag: string[];
  repeat: number;
  seed?: string;
  headed: boolean;
  workers?: number;
  retries: number;
  output: string;
  failOnFlaky: boolean;
  failOnSkipped: boolean;
  lab: boolean;
}

export const runCommand = (finish: (code: number) => void) =>
  withOperatorOptions(withKeyOptions(general())).action(async (paths: string[], options: RunOptions) =>
    finish(await run(paths, options)),
  );

const general = () =>
  new Command('run')
    .description('run scenarios and write the report')
    .argument('[paths...]', 'scenario files or folders', ['scenarios'])
    .option('-g, --grep <pattern>', 'only cases whose id or title matches this regular expression', pattern)
    .option('-t, --tag <tag>', 'only cases with this tag; several tags: any of them', collect, [])
    .option('--repeat <times>', 'run each case so many times', positive, 1)
    .option('--seed <text>', 'make keys, challenges and ids reproducible')
    .option('--headed', 'show the browser', false)
    .option('-j, --workers <count>', 'cases at the same time; default: half the cores, at least 2', positive)
    .option('--retries <times>', 'try a failing case again; passing then counts as flaky', count, 0)
    .option('-o, --output <folder>', 'folder of all reports', 'reports')
    .option('--fail-on-flaky', 'exit 1 when a case passed only after a retry', false)
    .option('--fail-on-skipped', 'exit 1 when a case was skipped', false)
    .option('--lab', 'run in the kernel lab: browsers with their own WebAuthn stack see a real key', false);

async function run(paths: string[], options: RunOptions): Promise<number> {
  const operator = operatorChoice(options);
  const devices = options.device.length > 0 ? { devices: options.device } : {};
  const library = loadOrReport(paths, { env: process.env, ...devices });
  if (!library) return exitCode.usage;
  const wanted = select(library.cases, options);
  if (options.lab && !isInsideLab()) {
    return withInterruptSignal((signal) => runInLab(process.argv.slice(2), options.output, signal));
  }
  const { pins, notices, ...met } = await resolveDevices(wanted, options, thisMachine);
  for (const notice of notices) console.log(notice);
  const isMet = met.keys.length > 0;
  const known = isMet ? loadOrReport(paths, { env: process.env, ...devices, keys: keyFacts(met.keys) }) : library;
  if (!known) return exitCode.usage;
  const selected = runnable(select(known.cases, options));
  const plan: RunPlan = {
    ...planOf(options, operator),
    paths,
    caseIds: selected.map(({ id }) => id),
    ...devices,
    ...met,
  };
  const stopped = await runPlaywright(planAsEnvironment(plan, pins));
  if (stopped === 'interrupted') return exitCode.interrupted;
  const master = resolve(plan.outputDir, plan.runId, 'result.json');
  if (!existsSync(master)) return exitCode.infrastructure;
  const result = await readResult(master);
  for (const line of describeLeftoverCredentials(result)) console.log(line);
  return exitCodeOfRun(result, options);
}

/** What the options say of a run, whatever its cases and keys. */
function planOf(
  options: RunOptions,
  operator: OperatorChoice,
): Omit<RunPlan, 'paths' | 'caseIds' | 'keys' | 'skipReasons'> {
  return {
    runId: `${new Date().toISOString().replace(/[:.]/g, '-')}-${process.pid}`,
    outputDir: resolve(options.output),
    command: process.argv.slice(2).join(' '),
    operator,
    gestureTimeoutMs: options.gestureTimeout,
    bell: options.bell,
    repeat: options.repeat,
    headed: options.headed,
    retries: options.retries,
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(options.workers !== undefined ? { workers: options.workers } : options.lab && { workers: 1 }), // a guest has one processor
  };
}

const thisMachine: HostEnvironment = {
  listDevices,
  open: openDevice,
  modelName: modelNameOf,
  env: process.env,
  ask: askAtTerminal,
};

/** @throws {UsageError} when nothing is selected: a run that tests nothing must not pass. */
function select(cases: readonly ExpandedCase[], { grep, tag }: RunOptions): ExpandedCase[] {
  const selected = cases.filter(
    ({ id, title, tags }) =>
      (!grep || grep.test(id) || grep.test(title)) && (tag.length === 0 || tag.some((name) => tags.includes(name))),
  );
  if (selected.length === 0) {
    throw new UsageError(
      `no case is selected: ${cases.length} were read, none matches ${describeSelection(grep, tag)}`,
    );
  }
  return selected;
}

/** Says how many of the selected cases cannot run here. @throws {UsageError} when none can. */
function runnable(selected: readonly ExpandedCase[]): ExpandedCase[] {
  const here = selected.filter((scenario) => isInsideLab() || !needsLab(scenario));
  const left = selected.length - here.length;
  if (left === 0) return here;
  const which = `${left} ${left === 1 ? 'case' : 'cases'} of the selection (browser.stack: native)`;
  if (here.length === 0)
    throw new UsageError(`nothing can run here: ${which} can run in the kernel lab only (touchstone run --lab)`);
  console.log(`${which} not run here: they run in the kernel lab only (touchstone run --lab)`);
  return here;
}

const describeSelection = (grep: RegExp | undefined, tags: string[]) =>
  [grep && `--grep ${grep.source}`, ...tags.map((name) => `--tag ${name}`)].filter(Boolean).join(' ') || 'anything';

const collect = (value: string, previous: string[]): string[] => [...previous, value];

function pattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is wanted.');
  return Number(text);
}

function positive(text: string): number {
  if (count(text) === 0) throw new InvalidArgumentError('at least 1 is wanted.');
  return Number(text);
}
