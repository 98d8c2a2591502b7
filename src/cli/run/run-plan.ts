/**
 * The plan that `touchstone run` passes to the Playwright processes it starts: one JSON value in an environment variable. PINs are
 * in another variable, so that the plan can be printed.
 */
import { UsageError } from '#base/errors.ts';
import type { RemoteBrowser } from '#browser/remote-browser.ts';
import type { OperatorChoice } from '#real-keys/operator/operators.ts';
import type { PlannedKey } from '#real-keys/resolve-devices.ts';
import type { ExpectedFailures } from '#report/expected-failures.ts';
import type { Shard } from '#report/merge/shards.ts';
import type { FormatId } from '#report/renderer.ts';

export interface RunPlan {
  runId: string;
  /** Folder of the report of this run. */
  outputDir: string;
  /** Report formats beside the usual ones. */
  formats?: readonly FormatId[];
  /** Folder of the stored baselines. */
  baselines: string;
  /** The command line after `touchstone`, for the report. */
  command: string;
  /** Absolute paths of scenario files or folders. */
  paths: string[];
  /** Absolute path of the folder that contains every file that scenarios include. */
  root: string;
  /** Ids of the selected cases, in order. */
  caseIds: string[];
  /** Devices that every case runs on, as the command line names them. */
  devices?: readonly string[];
  /** Site files that every case runs on, by absolute path. */
  sites?: readonly string[];
  /** Address of the site under test. */
  url?: string;
  /** Engines that every case runs in. */
  engines?: readonly string[];
  /** Routes of the bridge that every case uses. */
  routes?: readonly string[];
  /** WebAuthn implementations that every case runs with. */
  stacks?: readonly string[];
  /** Playwright server of the browsers; the value of a header may name an environment variable. */
  connect?: RemoteBrowser;
  /** The real keys of the run. */
  keys: PlannedKey[];
  /** Reasons why cases are skipped, by case id. */
  skipReasons: Record<string, string>;
  operator: OperatorChoice;
  /** Time limit for each manual action of the operator. */
  gestureTimeoutMs: number;
  /** Rings the terminal bell when a manual action is requested. */
  bell: boolean;
  /** How often each case runs; the case ids of the repetitions are numbered. */
  repeat: number;
  seed?: string;
  expectedFailures?: ExpectedFailures;
  /** Present for one part of a run. */
  shard?: Shard;
  /** Release of the product under test. */
  release?: string;
  headed: boolean;
  workers?: number;
  retries: number;
}

const planVariable = 'TOUCHSTONE_RUN';
const pinsVariable = 'TOUCHSTONE_KEY_PINS';
/** Set by Playwright in its worker processes, which run the cases. */
const workerVariable = 'TEST_WORKER_INDEX';

export const planAsEnvironment = (plan: RunPlan, pins: Record<string, string>): Record<string, string> => ({
  [planVariable]: JSON.stringify(plan),
  ...(Object.keys(pins).length > 0 && { [pinsVariable]: JSON.stringify(pins) }),
});

/** Returns PINs by key id. In a worker, removes them from the environment, so that browsers do not inherit them. */
export function pinsFromEnvironment(): Record<string, string> {
  const pins = JSON.parse(process.env[pinsVariable] ?? '{}') as Record<string, string>;
  if (process.env[workerVariable] !== undefined) delete process.env[pinsVariable];
  return pins;
}

/** The values of `${persona.x}` for the keys of a run, by the selector of the key. */
export const keyFacts = (keys: readonly PlannedKey[]) =>
  Object.fromEntries(keys.map(({ selector, id, label, aaguid }) => [selector, { id, label, aaguid }]));

/**
 * The engine loads the scenarios once more. A case that it does not find would be missing in the result, and the run would pass without it.
 * @throws {UsageError} if `cases` lacks a case of the plan.
 */
export function checkPlannedCases(caseIds: readonly string[], cases: readonly { id: string }[]): void {
  const known = new Set(cases.map(({ id }) => id));
  const lost = caseIds.find((id) => !known.has(id));
  if (lost !== undefined)
    throw new UsageError(`Cannot run ${lost}: its scenario has changed or was removed since the run began`);
}

/** Returns the plan of this process; undefined if Playwright was started directly, e.g. by an editor. */
export function planFromEnvironment(): RunPlan | undefined {
  const text = process.env[planVariable];
  return text === undefined ? undefined : (JSON.parse(text) as RunPlan);
}
