/** What `touchstone run` hands to the Playwright processes it starts: one JSON value in one environment variable, and PINs in another. */
import type { OperatorChoice } from '#real-keys/operator/operators.ts';
import type { PlannedKey } from '#real-keys/resolve-devices.ts';

export interface RunPlan {
  runId: string;
  /** Folder of this run's report. */
  outputDir: string;
  /** The command line after `touchstone`, for the report. */
  command: string;
  /** Scenario files or folders. */
  paths: string[];
  /** Ids of the selected cases, in their order. */
  caseIds: string[];
  /** Devices that every case runs on, as the command line names them. */
  devices?: readonly string[];
  /** The real keys of the run. */
  keys: PlannedKey[];
  /** Why cases are left out, by their ids. */
  left: Record<string, string>;
  /** Whose hands are at them. */
  operator: OperatorChoice;
  /** How long somebody has for each thing that is asked of them. */
  patienceMs: number;
  /** Rings the terminal when somebody is asked. */
  bell: boolean;
  /** How often each case runs; the copies are numbered in their ids. */
  repeat: number;
  seed?: string;
  headed: boolean;
  workers?: number;
  retries: number;
}

const variable = 'TOUCHSTONE_RUN';

/** PINs stand apart, so that a plan can be shown. */
const pinsVariable = 'TOUCHSTONE_KEY_PINS';
/** Set by Playwright in the processes that run cases. */
const workerVariable = 'TEST_WORKER_INDEX';

export const planAsEnvironment = (plan: RunPlan, pins: Record<string, string>): Record<string, string> => ({
  [variable]: JSON.stringify(plan),
  ...(Object.keys(pins).length > 0 && { [pinsVariable]: JSON.stringify(pins) }),
});

/** PINs by the ids of their keys; what a worker starts, browsers above all, does not inherit them. */
export function pinsFromEnvironment(): Record<string, string> {
  const pins = JSON.parse(process.env[pinsVariable] ?? '{}') as Record<string, string>;
  if (process.env[workerVariable] !== undefined) delete process.env[pinsVariable];
  return pins;
}

/** What `${persona.x}` says of the keys of a run, by what names them. */
export const keyFacts = (keys: readonly PlannedKey[]) =>
  Object.fromEntries(keys.map(({ which, id, label, aaguid }) => [which, { id, label, aaguid }]));

/** The plan of this process; undefined when Playwright was started by hand or by an editor. */
export function planFromEnvironment(): RunPlan | undefined {
  const text = process.env[variable];
  return text === undefined ? undefined : (JSON.parse(text) as RunPlan);
}
