/** Runs requirements on an authenticator, one case after the other. */
import { commands } from '#protocol/commands.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { CaseResult } from '../case-result.ts';
import { decodeExchange } from './exchange.ts';
import { readInfo } from './read-info.ts';
import type { Requirement } from './requirement.ts';
import { casesOf, runCase } from './run-case.ts';
import type { TestTargetSource } from './test-target.ts';

/** Runs all cases of the requirements; `onResult` gets each result at once. */
export async function runSuite(
  requirements: readonly Requirement[],
  source: TestTargetSource,
  onResult: (result: CaseResult) => void = () => undefined,
): Promise<CaseResult[]> {
  const info = await readInfoOf(source);
  const results: CaseResult[] = [];
  for (const test of casesOf(requirements)) {
    const result = await runCase(test, source, info);
    results.push(result);
    onResult(result);
  }
  return results;
}

/** Returns what getInfo says in the state after a reset. */
export async function readInfoOf(source: TestTargetSource): Promise<AuthenticatorInfo> {
  await using target = await source.open('getinfo');
  const request = new Uint8Array([commands.authenticatorGetInfo.code]);
  return readInfo(decodeExchange(request, await target.device.transact(request)).members);
}
