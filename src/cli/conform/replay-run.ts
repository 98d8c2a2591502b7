/** Runs the cases of a bundle again, on a target that the bundle names. */
import { seededRandom } from '#base/seeded-random.ts';
import { authenticatorCatalogue } from '#conformance/authenticator/catalogue.ts';
import { withMetadata } from '#conformance/authenticator/metadata/with-metadata.ts';
import { readInfoOf, runSuite } from '#conformance/authenticator/run-suite.ts';
import type { BundleInput } from '#conformance/bundle/contents.ts';
import type { CatalogueEntry } from '#conformance/catalogue-entry.ts';
import { observeRecommendations } from '#conformance/recommendations.ts';
import { relyingPartyCatalogue } from '#conformance/relying-party/catalogue.ts';
import { runRelyingPartySuite } from '#conformance/relying-party/run-suite.ts';
import { authenticatorReport } from '#conformance/report/authenticator-report.ts';
import { relyingPartyReport } from '#conformance/report/relying-party-report.ts';
import type { ConformanceReport } from '#conformance/report/report-model.ts';
import { emulatedTargets } from '../compose/emulated-test-target.ts';
import { createPortalTarget } from '../compose/portal-target.ts';
import { suiteEmulator } from '../compose/suite-emulator.ts';
import { countExpected } from './read-expected-failures.ts';

/** Times are not compared. */
const unknownRun: ConformanceReport['run'] = {
  id: 'replay',
  startedAt: '1970-01-01T00:00:00.000Z',
  durationMs: 0,
  command: '',
  touchstone: '',
  node: '',
  platform: '',
};

/** Returns the report of a new run; undefined if the target cannot be tested again. */
export async function replayRun(input: BundleInput): Promise<ConformanceReport | undefined> {
  const { target, expectedFailures, withShould } = input;
  if (target.kind === 'persona') {
    const requirements = selectByIds(authenticatorCatalogue, input);
    const emulated = emulatedTargets(target.persona, target.defects);
    const source = target.metadata ? withMetadata(emulated, target.metadata) : emulated;
    const info = await readInfoOf(source);
    const counted = countExpected(await runSuite(requirements, source), expectedFailures);
    const results = withShould ? counted : observeRecommendations(counted, requirements);
    return authenticatorReport({ run: unknownRun, requirements, results, name: source.name, info });
  }
  if (target.kind === 'portal') {
    const cases = selectByIds(relyingPartyCatalogue, input);
    const random = seededRandom(target.seed);
    const portal = createPortalTarget(random);
    const results = countExpected(await runRelyingPartySuite(cases, portal, suiteEmulator(random)), expectedFailures);
    return relyingPartyReport(unknownRun, cases, [{ target: portal, results }]);
  }
  return undefined;
}

function selectByIds<E extends CatalogueEntry>(catalogue: readonly E[], { requirements }: BundleInput): E[] {
  const entries = new Map(catalogue.map((entry) => [entry.id, entry]));
  return requirements.flatMap((id) => entries.get(id) ?? []);
}
