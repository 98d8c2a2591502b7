/** What `touchstone run` hands to the Playwright processes it starts: one JSON value in one environment variable. */

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
  /** How often each case runs; the copies are numbered in their ids. */
  repeat: number;
  seed?: string;
  headed: boolean;
  workers?: number;
  retries: number;
}

const variable = 'TOUCHSTONE_RUN';

export const planAsEnvironment = (plan: RunPlan): Record<string, string> => ({ [variable]: JSON.stringify(plan) });

/** The plan of this process; undefined when Playwright was started by hand or by an editor. */
export function planFromEnvironment(): RunPlan | undefined {
  const text = process.env[variable];
  return text === undefined ? undefined : (JSON.parse(text) as RunPlan);
}
