/** Whole catalogues of both conformance suites, in process, without reports. */
import { authenticatorCatalogue } from '#conformance/authenticator/catalogue.ts';
import { runSuite } from '#conformance/authenticator/run-suite.ts';
import type { CaseResult } from '#conformance/case-result.ts';
import { relyingPartyCatalogue } from '#conformance/relying-party/catalogue.ts';
import { runRelyingPartySuite } from '#conformance/relying-party/run-suite.ts';
import { median } from '#result/statistics.ts';
import { emulatedTargets } from '../src/cli/compose/emulated-test-target.ts';
import { createPortalTarget } from '../src/cli/compose/portal-target.ts';
import { suiteEmulator } from '../src/cli/compose/suite-emulator.ts';
import { formatNumber, type Row } from './row.ts';

/** Upper limits in seconds. */
const limits = { authenticator: 15, registration: 30, authentication: 30 } as const;

export async function benchCatalogues(): Promise<Row[]> {
  const emulator = suiteEmulator();
  const portal = createPortalTarget();
  const runCeremony = (name: string) => {
    const cases = relyingPartyCatalogue.filter(({ ceremony }) => ceremony === name);
    return runRelyingPartySuite(cases, portal, emulator);
  };
  return [
    await measure('authenticator, emulated', limits.authenticator, () =>
      runSuite(authenticatorCatalogue, emulatedTargets('touchstone-complete')),
    ),
    await measure('relying party, registration', limits.registration, () => runCeremony('registration')),
    await measure('relying party, authentication', limits.authentication, () => runCeremony('authentication')),
  ];
}

async function measure(name: string, atMost: number, run: () => Promise<readonly CaseResult[]>): Promise<Row> {
  const startedAt = performance.now();
  const results = await run();
  const seconds = (performance.now() - startedAt) / 1000;
  const applicable = results.filter(({ verdict }) => verdict !== 'not-applicable');
  const perCase = median(applicable.map(({ durationMs = 0 }) => durationMs));
  const total = `${formatNumber(applicable.length)} cases in ${formatNumber(seconds, 1)} s`;
  return {
    name,
    figure: `${formatNumber(perCase, 2)} ms per case, ${total}`,
    target: { value: seconds, atMost, unit: 's' },
  };
}
