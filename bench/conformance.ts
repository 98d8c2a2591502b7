/** Measures the conformance suite per case, compared with the same commands sent to the same authenticators without a suite. */
import { fromHex } from '#base/bytes.ts';
import { AdjustableClock } from '#base/clock.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { authenticatorCatalogue } from '#conformance/authenticator/catalogue.ts';
import { readInfoOf, runSuite } from '#conformance/authenticator/run-suite.ts';
import { type CaseResult, caseId } from '#conformance/case-result.ts';
import { groupOf } from '#conformance/catalogue-entry.ts';
import { createAuthenticator, plugIn } from '#emulator';
import { emulatedTargets } from '../src/cli/compose/emulated-test-target.ts';
import { EmulatedUser } from '../src/cli/compose/emulated-user.ts';

export interface ConformanceFigures {
  cases: number;
  /** Milliseconds per case, by round. */
  suite: number[];
  bare: number[];
}

const persona = 'touchstone-key';
/** Their cases consist of CTAP messages only, without power cycles and waits that a replay would have to repeat. */
const groups = ['makecred', 'getassert', 'pin', 'credmgmt'];
const rounds = 5;

/** Runs the cases that send messages, with the suite and without it, in turns. */
export async function benchConformance(): Promise<ConformanceFigures> {
  const source = emulatedTargets(persona);
  const info = await readInfoOf(source);
  const inGroups = authenticatorCatalogue.filter(({ id }) => groups.includes(groupOf(id)));
  const first = await runSuite(inGroups, source, { info });
  const sent = first.filter(({ exchanges = [] }) => exchanges.length > 0);
  const ids = new Set(sent.map(({ id }) => id));
  const requirements = inGroups.filter(({ id }) => ids.has(id));
  const figures: ConformanceFigures = { cases: sent.length, suite: [], bare: [] };
  for (let round = 0; round < rounds; round++) {
    figures.suite.push((await timeOf(() => runSuite(requirements, source, { info }))) / sent.length);
    figures.bare.push((await timeOf(() => replayAll(sent))) / sent.length);
  }
  return figures;
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function replayAll(results: readonly CaseResult[]): Promise<void> {
  for (const result of results) await replay(result);
}

/** Sends the commands of a case to a new authenticator, which returns the same answers because it has the same seed. */
async function replay(result: CaseResult): Promise<void> {
  const authenticator = createAuthenticator({
    persona,
    clock: new AdjustableClock(),
    random: seededRandom(caseId(result)),
    gestures: new EmulatedUser(),
  });
  await using device = plugIn(authenticator);
  for (const { request } of result.exchanges ?? []) await device.transact(fromHex(request));
}
