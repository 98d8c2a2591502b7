/** Runs requirements on an authenticator, one case after the other. */
import { abortable } from '#base/async.ts';
import { commands } from '#protocol/commands.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { type CaseResult, caseId } from '../case-result.ts';
import { adaptToAlwaysUv } from './always-uv.ts';
import { decodeExchange } from './exchange.ts';
import { SetUpFailed } from './failures.ts';
import { readInfo } from './read-info.ts';
import type { Requirement } from './requirement.ts';
import { casesOf, idOfCase, runCase, type TestCase } from './run-case.ts';
import type { CaseStart, TestTargetSource } from './test-target.ts';

export interface SuiteOptions {
  /** Called with each result at once, in the order of the run. */
  onResult?(result: CaseResult): void;
  /** Returns the cases in the order of the run. */
  order?(cases: readonly TestCase[]): readonly TestCase[];
  /** The results of an earlier run that was interrupted: their cases do not run again. */
  finished?: readonly CaseResult[];
  /** getInfo of the earlier run: it decides which cases apply. */
  info?: AuthenticatorInfo;
  /** Aborting ends the run at once; then only the finished cases have results. */
  signal?: AbortSignal;
}

/** Runs all cases of the requirements, and returns the results in the order of the catalogue. */
export async function runSuite(
  requirements: readonly Requirement[],
  source: TestTargetSource,
  options: SuiteOptions = {},
): Promise<CaseResult[]> {
  const { onResult, order = (cases) => cases, finished = [], signal } = options;
  const results = new Map(finished.map((result) => [caseId(result), result]));
  const info = options.info ?? (await readInfoOf(source));
  const cases = casesOf(adaptToAlwaysUv(requirements, info));
  for (const test of order(cases)) {
    if (signal?.aborted) break;
    if (results.has(idOfCase(test))) continue;
    const result = await runUnlessAborted(() => runCase(test, source, info), signal);
    if (!result) break;
    results.set(idOfCase(test), result);
    onResult?.(result);
  }
  return cases.flatMap((test) => results.get(idOfCase(test)) ?? []);
}

/** Returns undefined if the signal aborts before the case has ended: it has no result. */
async function runUnlessAborted(run: () => Promise<CaseResult>, signal: AbortSignal | undefined) {
  if (!signal) return await run();
  try {
    return await abortable(run(), signal);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** Returns getInfo in the start state of most cases. */
export const readInfoOf = async (source: TestTargetSource): Promise<AuthenticatorInfo> =>
  parseInfoAnswer(await readInfoAnswer(source));

/** Returns the answer to getInfo in the start state of most cases. */
export async function readInfoAnswer(source: TestTargetSource): Promise<Uint8Array> {
  try {
    return await readAnswerIn('no-pin', source);
  } catch (error) {
    if (error instanceof SetUpFailed) return await readAnswerIn('any', source);
    throw error;
  }
}

export const parseInfoAnswer = (answer: Uint8Array): AuthenticatorInfo =>
  readInfo(decodeExchange(infoRequest, answer).members);

const infoRequest = new Uint8Array([commands.authenticatorGetInfo.code]);

async function readAnswerIn(state: CaseStart['state'], source: TestTargetSource): Promise<Uint8Array> {
  await using target = await source.open('getinfo', { state });
  return await target.device.transact(infoRequest);
}
