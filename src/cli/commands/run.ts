/** `touchstone run`: selects cases, runs them with Playwright Test and turns the result into an exit code. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { describeLeftoverCredentials } from '#real-keys/leftover-credentials.ts';
import type { OperatorChoice } from '#real-keys/operator/operators.ts';
import { askAtTerminal } from '#real-keys/pin-provider.ts';
import { type HostEnvironment, resolveDevices } from '#real-keys/resolve-devices.ts';
import { forSelection } from '#report/expected-failures.ts';
import { readResult } from '#report/read-result.ts';
import { type FormatId, formats, usualFormats } from '#report/renderer.ts';
import { Terminal } from '#report/terminal/terminal.ts';
import type { ExpandedCase } from '#scenario/language/expanded-case.ts';
import { engineOfCase } from '#scenario/language/schema/browser.ts';
import { listDevices, openDevice } from '#transport/registry.ts';
import { modelNameOf } from '../compose/emulator-catalogue.ts';
import { brokenGates, exitCode, exitCodeOfRun } from '../exit-codes.ts';
import { isInsideLab } from '../lab/inside-lab.ts';
import { runInLab } from '../lab/run-in-lab.ts';
import {
  type BrowserOptions,
  browserExpansion,
  browserSkipReasons,
  checkRemote,
  describeCommand,
  describeSkipped,
  remoteBrowserOf,
  resolveHeaders,
  withBrowserOptions,
} from '../run/browser-options.ts';
import { expectedFailuresOption, readExpectedFailures } from '../run/expected-failures.ts';
import { formatOption } from '../run/format-option.ts';
import { type GateOptions, withGateOptions } from '../run/gate-options.ts';
import { showOnGithub } from '../run/github-actions.ts';
import { type KeyOptions, withKeyOptions } from '../run/key-options.ts';
import { excludeLabCases } from '../run/lab-cases.ts';
import { type OperatorOptions, operatorChoice, withOperatorOptions } from '../run/operator-options.ts';
import { findProjectRoot, type RootOption, withRootOption } from '../run/project-root.ts';
import { renderKilledRun } from '../run/render-killed-run.ts';
import { keyFacts, planAsEnvironment, type RunPlan } from '../run/run-plan.ts';
import { runPlaywright } from '../run/run-playwright.ts';
import { loadOrReport } from '../run/scenario-library.ts';
import {
  describeLostFailures,
  type SelectionOptions,
  selectCases,
  selectShard,
  withSelectionOptions,
} from '../run/select-cases.ts';
import {
  checkSites,
  describeLeftOut,
  type SiteOptions,
  siteExpansion,
  siteSkipReasons,
  withSiteOptions,
} from '../run/site-options.ts';
import { withInterruptSignal } from '../run/with-interrupt-signal.ts';
import { parseCount, parsePositive } from './option-parsers.ts';
import { ensureWritableFolder } from './output-folder.ts';

interface RunOptions
  extends BrowserOptions,
    GateOptions,
    KeyOptions,
    OperatorOptions,
    RootOption,
    SelectionOptions,
    SiteOptions {
  minCases?: number;
  expectedFailures?: string;
  repeat: number;
  seed?: string;
  headed: boolean;
  workers?: number;
  retries: number;
  output: string;
  baselines: string;
  format: FormatId[];
  release?: string;
  lab: boolean;
}

export const runCommand = (finish: (code: number) => void) =>
  withOperatorOptions(
    withKeyOptions(
      withSiteOptions(withBrowserOptions(withRootOption(withGateOptions(withSelectionOptions(createCommand()))))),
    ),
  ).action(async (paths: string[], options: RunOptions) => finish(await run(paths, options)));

const createCommand = () =>
  new Command('run')
    .argument('[paths...]', 'Scenario files or folders', ['scenarios'])
    .option('--repeat <times>', 'Run each case this many times', parsePositive, 1)
    .option('--seed <text>', 'Make keys, challenges and ids reproducible')
    .option('--headed', 'Show the browser window', false)
    .option(
      '-j, --workers <count>',
      'Number of cases that run at the same time; default: 2, in the lab 1',
      parsePositive,
    )
    .option(
      '--retries <times>',
      'Retry a failed case up to this many times; a pass then counts as flaky',
      parseCount,
      0,
    )
    .option('-o, --output <folder>', 'Folder of all reports', 'reports')
    .addOption(formatOption())
    .addOption(expectedFailuresOption())
    .option('--baselines <folder>', 'Folder of the stored baselines that budgets are compared with', 'baselines')
    .addOption(
      new Option('--release <name>', 'Release of the product under test, for the history of runs').env(
        'TOUCHSTONE_RELEASE',
      ),
    )
    .option('--lab', 'Run in the kernel lab, where unmodified browsers use the emulated key', false);

async function run(paths: string[], options: RunOptions): Promise<number> {
  const operator = operatorChoice(options);
  const root = options.root ?? findProjectRoot(process.cwd());
  const connect = remoteBrowserOf(options);
  const expansion = {
    ...siteExpansion(options),
    ...browserExpansion(options),
    ...(options.device.length > 0 && { devices: options.device }),
  };
  const library = loadOrReport(paths, { env: process.env, root, ...expansion });
  if (!library) return exitCode.usage;
  const expectedFailures = readExpectedFailures(options.expectedFailures, library.cases);
  const places = { output: options.output, root };
  const selected = await selectCases(library.cases, options, places);
  const lost = await describeLostFailures(library.cases, options, places);
  if (lost !== undefined) console.log(lost);
  if (selected.length === 0) return reportEmptySelection();
  await ensureWritableFolder(options.output);
  if (options.lab && !isInsideLab()) {
    return withInterruptSignal((signal) => runInLab(process.argv.slice(2), options.output, signal));
  }
  const leftOut = planSites(selected, options);
  const { pins, notices, ...resolved } = await resolveDevices(selected, options, thisMachine);
  for (const notice of notices) console.log(notice);
  const keys = keyFacts(resolved.keys);
  const hasKeys = resolved.keys.length > 0;
  const expanded = hasKeys ? loadOrReport(paths, { env: process.env, root, ...expansion, keys }) : library;
  if (!expanded) return exitCode.usage;
  const chosen = excludeLabCases(await selectCases(expanded.cases, options, places), options);
  const { cases: runnable, shard } = await selectShard(chosen, options, places);
  const withoutBrowser = await planBrowsers(runnable, options);
  const plan: RunPlan = {
    ...planOf(options, operator),
    paths: paths.map((path) => resolve(path)), // Playwright has another working directory
    root,
    caseIds: runnable.map(({ id }) => id),
    ...expansion,
    ...(connect && { connect }),
    ...resolved,
    ...(shard && { shard }),
    ...(expectedFailures && { expectedFailures: forSelection(expectedFailures, library.cases, runnable) }),
    skipReasons: { ...resolved.skipReasons, ...leftOut, ...withoutBrowser },
  };
  const ending = await runPlaywright(planAsEnvironment(plan, pins), root);
  if (ending === 'interrupted') return exitCode.interrupted;
  const folder = resolve(plan.outputDir, plan.runId);
  if (ending === 'ended') return reportResult(folder, options);
  new Terminal(process.stdout).print(...(await renderKilledRun(folder, options.format)));
  await reportResult(folder, options);
  return exitCode.infrastructure;
}

function reportEmptySelection(): number {
  console.log('No case is selected, which --min-cases 0 permits');
  return exitCode.passed;
}

/** Returns the reasons why cases are left out on their sites. @throws {UsageError} if the others need a permission. */
function planSites(selected: readonly ExpandedCase[], options: SiteOptions): Record<string, string> {
  const leftOut = siteSkipReasons(selected);
  checkSites(
    selected.filter(({ id }) => !Object.hasOwn(leftOut, id)),
    options,
  );
  const notice = describeLeftOut(selected, leftOut);
  if (notice !== undefined) console.log(notice);
  return leftOut;
}

/**
 * Returns the reasons why cases have no browser here, after printing them.
 * @throws {UsageError} if a case cannot run in a remote browser.
 * @throws {UnavailableError} if the remote browser cannot be reached, before any case has waited for it.
 */
async function planBrowsers(runnable: readonly ExpandedCase[], options: RunOptions): Promise<Record<string, string>> {
  checkRemote(runnable, options);
  const reasons = browserSkipReasons(runnable, options);
  for (const line of describeSkipped(reasons)) console.log(line);
  const remote = remoteBrowserOf(options);
  if (remote) {
    const { launchBrowser } = await import('#browser/launch.ts'); // loads Playwright
    const engines = runnable
      .filter(({ id }) => !Object.hasOwn(reasons, id))
      .map(({ browser }) => engineOfCase(browser));
    for (const engine of new Set(engines))
      await (await launchBrowser({ engine, connect: resolveHeaders(remote, process.env) })).close();
  }
  return reasons;
}

/** Prints which credentials remain on real keys and returns the exit code. A run that lacks a report must not pass. */
async function reportResult(folder: string, options: RunOptions): Promise<number> {
  const absent = [...usualFormats, ...options.format].filter((format) => !existsSync(join(folder, formats[format])));
  if (absent.includes('json')) return exitCode.infrastructure;
  const result = await readResult(join(folder, formats.json));
  for (const line of describeLeftoverCredentials(result)) console.log(line);
  await showOnGithub(result);
  for (const { reason } of brokenGates(result, options)) console.log(`✗ ${reason}`);
  if (absent.length > 0) console.log(`✗ Could not write ${absent.map((format) => formats[format]).join(', ')}`);
  const code = exitCodeOfRun(result, options);
  return code === exitCode.passed && absent.length > 0 ? exitCode.infrastructure : code;
}

/** Returns the part of the plan that follows from the options alone. */
function planOf(
  options: RunOptions,
  operator: OperatorChoice,
): Omit<RunPlan, 'paths' | 'root' | 'caseIds' | 'keys' | 'skipReasons'> {
  return {
    runId: `${new Date().toISOString().replace(/[:.]/g, '-')}-${process.pid}`,
    outputDir: resolve(options.output),
    baselines: resolve(options.baselines),
    formats: options.format,
    command: describeCommand(process.argv.slice(2)),
    operator,
    gestureTimeoutMs: options.gestureTimeout,
    bell: options.bell,
    repeat: options.repeat,
    headed: options.headed,
    retries: options.retries,
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(options.release !== undefined && { release: options.release }),
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
