/** Runs cases of the catalogue against one target, one after the other. */
import type { SuiteEmulator } from './emulator-port.ts';
import type { RelyingPartyCase } from './relying-party-case.ts';
import { CaseRunner, type RelyingPartyCaseResult } from './run-case.ts';
import type { RelyingPartyTarget } from './target.ts';

export async function runRelyingPartySuite(
  cases: readonly RelyingPartyCase[],
  target: RelyingPartyTarget,
  emulator: SuiteEmulator,
): Promise<RelyingPartyCaseResult[]> {
  const runner = new CaseRunner(target, emulator);
  const results: RelyingPartyCaseResult[] = [];
  for (const one of cases) results.push(await runner.run(one));
  return results;
}
