/**
 * Runs the cases of a scenario file in this process, in one browser. `touchstone run` does the same in Playwright Test, which starts
 * a worker and a browser after each failure.
 */
import { systemRandom } from '#base/random.ts';
import type { BridgeSession } from '#browser/bridge.ts';
import type { WebAuthn } from '#browser/playwright-fixtures.ts';
import { StartedBrowsers } from '#browser/started-browsers.ts';
import { createOperator } from '#real-keys/operator/operators.ts';
import { ownClient } from '#scenario/parties/client/own-client.ts';
import { type CaseOutcome, runCase } from '#scenario/run/run-case.ts';
import { provideEmulatedAuthenticators } from '../compose/emulated-authenticators.ts';
import { readLibrary } from '../run/scenario-library.ts';

export interface CasesInProcess extends AsyncDisposable {
  /** Runs a case in a browser context of its own. */
  run(id: string): Promise<CaseOutcome>;
}

/** Loads a scenario file and starts Chromium. */
export async function openCases(file: string): Promise<CasesInProcess> {
  const { cases, diagnostics } = readLibrary([file], { env: process.env });
  if (diagnostics.length > 0) throw new Error(`Cannot load ${file}: ${JSON.stringify(diagnostics)}`);
  const browsers = new StartedBrowsers({});
  await browsers.bridge('chromium', undefined);
  return {
    async run(id) {
      const scenario = cases.find((one) => one.id === id);
      if (!scenario) throw new Error(`${file} has no case ${id}`);
      await using opened = await openPage(browsers);
      return await runCase(scenario, {
        page: opened.page,
        client: ownClient(opened.webauthn, { headed: false, route: 'proxy' }),
        random: systemRandom,
        provide: provideEmulatedAuthenticators,
        operator: createOperator({ kind: 'none' }),
        show: (_, body) => body(),
        extend: () => undefined,
        attach: async () => undefined,
      });
    },
    [Symbol.asyncDispose]: () => browsers[Symbol.asyncDispose](),
  };
}

async function openPage(browsers: StartedBrowsers) {
  const bridge = await browsers.bridge('chromium', undefined);
  const context = await (await browsers.start('chromium')).newContext();
  let session: BridgeSession | undefined;
  const webauthn: WebAuthn = {
    async handle(handler) {
      if (session) session.handler = handler;
      else session = await bridge.attach(context, handler);
    },
    get problems() {
      return session?.problems ?? [];
    },
  };
  return {
    page: await context.newPage(),
    webauthn,
    async [Symbol.asyncDispose]() {
      await session?.close();
      await context.close();
    },
  };
}
