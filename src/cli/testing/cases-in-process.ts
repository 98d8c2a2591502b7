/**
 * Runs the cases of a scenario file in this process, one after another in one browser context, which saves most of their time.
 * `touchstone run` does the same in Playwright Test, which opens a context for each case, and starts a worker and a browser after each
 * failure.
 */
import { systemRandom } from '#base/random.ts';
import { openBridgedPage } from '#browser/bridged-page.ts';
import { createOperator } from '#real-keys/operator/operators.ts';
import { ownClient } from '#scenario/parties/client/own-client.ts';
import { type CaseOutcome, runCase } from '#scenario/run/run-case.ts';
import { provideEmulatedAuthenticators } from '../compose/emulated-authenticators.ts';
import { readLibrary } from '../run/scenario-library.ts';

export interface CasesInProcess extends AsyncDisposable {
  /** Runs a case in a page without cookies. */
  run(id: string): Promise<CaseOutcome>;
}

/** Loads a scenario file and starts Chromium. */
export async function openCases(file: string): Promise<CasesInProcess> {
  const { cases, diagnostics } = readLibrary([file], { env: process.env });
  if (diagnostics.length > 0) throw new Error(`Cannot load ${file}: ${JSON.stringify(diagnostics)}`);
  const { page, webauthn, route, [Symbol.asyncDispose]: close } = await openBridgedPage();
  return {
    async run(id) {
      const scenario = cases.find((one) => one.id === id);
      if (!scenario) throw new Error(`${file} has no case ${id}`);
      await page.goto('about:blank');
      await page.context().clearCookies();
      return await runCase(scenario, {
        page,
        client: ownClient(webauthn, { headed: false, route }),
        random: systemRandom,
        provide: provideEmulatedAuthenticators,
        operator: createOperator({ kind: 'none' }),
        show: (_, body) => body(),
        extend: () => undefined,
        attach: async () => undefined,
      });
    },
    [Symbol.asyncDispose]: close,
  };
}
