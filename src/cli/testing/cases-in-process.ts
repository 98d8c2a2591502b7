/**
 * Runs cases in this process, one after another in one browser context, which saves most of their time. `touchstone run` does the same
 * in Playwright Test, which opens a context for each case, and starts a worker and a browser after each failure.
 */
import { systemRandom } from '#base/random.ts';
import { openBridgedPage } from '#browser/bridged-page.ts';
import { goTo } from '#browser/go-to.ts';
import { createOperator } from '#real-keys/operator/operators.ts';
import type { CaseRecord, CaseResult, Verdict } from '#result/run-result.ts';
import { ceremonyMs } from '#result/statistics.ts';
import type { ExpandedCase } from '#scenario/language/expanded-case.ts';
import { ownClient } from '#scenario/parties/client/own-client.ts';
import { InfrastructureError } from '#scenario/run/failures.ts';
import { type CaseOutcome, runCase } from '#scenario/run/run-case.ts';
import { provideEmulatedAuthenticators } from '../compose/emulated-authenticators.ts';
import { readLibrary } from '../run/scenario-library.ts';

export interface CasesInProcess extends AsyncDisposable {
  /** Ids of all cases, in the order of the files. */
  ids: string[];
  /** Runs a case in a page without cookies. A case that cannot be set up has a record without steps. */
  run(id: string): Promise<CaseOutcome>;
}

export interface CaseOptions {
  /** Site files on which every case runs, instead of its own. */
  sites?: string[];
  /** Folder that contains every file that the cases name. Default: the project. */
  root?: string;
}

/** Loads scenario files or folders and starts Chromium. */
export async function openCases(paths: string[], options: CaseOptions = {}): Promise<CasesInProcess> {
  const { cases, diagnostics } = readLibrary(paths, { env: process.env, ...options });
  if (diagnostics.length > 0) throw new Error(`Cannot load ${paths}: ${JSON.stringify(diagnostics)}`);
  const { page, webauthn, route, [Symbol.asyncDispose]: close } = await openBridgedPage({ preferHeadlessShell: true });
  return {
    ids: cases.map(({ id }) => id),
    async run(id) {
      const scenario = cases.find((one) => one.id === id);
      if (!scenario) throw new Error(`${paths} has no case ${id}`);
      await goTo(page, 'about:blank');
      await page.context().clearCookies();
      const ended = runCase(scenario, {
        page,
        client: ownClient(webauthn, { headed: false, route }),
        random: systemRandom,
        provide: provideEmulatedAuthenticators,
        operator: createOperator({ kind: 'none' }),
        show: (_, body) => body(),
        extend: () => undefined,
        attach: async () => undefined,
      });
      return ended.catch((error: unknown) => ({ record: emptyRecord(scenario), secrets: scenario.secrets, error }));
    },
    [Symbol.asyncDispose]: close,
  };
}

const emptyRecord = ({ id, title, tags, location }: ExpandedCase): CaseRecord => ({
  id,
  title,
  tags,
  location,
  parties: {},
  spans: [],
  steps: [],
  expectations: [],
  wire: [],
  events: [],
});

/** Returns the result of a case that was run once, as a report has it. */
export function resultOf({ record, error }: CaseOutcome): CaseResult {
  const { gestureMs, machineMs, totalMs } = ceremonyMs(record.spans);
  return {
    ...record,
    verdict: verdictOf(error),
    durationMs: totalMs,
    gestureMs,
    machineMs,
    attempts: 1,
    failures: error === undefined ? [] : [{ attempt: 1, message: String(error) }],
    attachments: [],
  };
}

function verdictOf(error: unknown): Verdict {
  if (error === undefined) return 'passed';
  return error instanceof InfrastructureError ? 'errored' : 'failed';
}
