/** Merges the shards of a run into the result of the whole run. Pure. */
import { UsageError } from '#base/errors.ts';
import { baseCaseId } from '#result/case-id.ts';
import type { CaseResult, RunResult } from '#result/run-result.ts';
import { assembleResult } from '../assemble-result.ts';
import type { ExpectedFailures } from '../expected-failures.ts';
import type { Shard } from './shards.ts';

interface ShardResult {
  result: RunResult;
  shard: Shard;
}

/**
 * Returns the merged run with the given id and folder. `expectedFailures` are applied again: a shard cannot decide whether an entry is
 * needed that also has cases in other shards.
 * @throws {UsageError} if a shard or a case is missing or occurs twice, or if the shards are not of one run.
 */
export function mergeRuns(
  results: readonly RunResult[],
  place: { id: string; folder: string },
  expectedFailures?: ExpectedFailures,
): RunResult {
  const shards = results.map(shardOf).toSorted((a, b) => a.shard.index - b.shard.index);
  checkShards(shards);
  const [first] = shards;
  if (first === undefined) throw new UsageError('Cannot merge: expected the results of shards, got none');
  const { selection } = first.shard;
  const cases = shards.flatMap(({ result }) => result.cases);
  checkCases(cases, selection, shards);
  const merged = assembleResult(
    {
      run: { ...mergeFacts(shards, first), ...place },
      cases: inOrderOfRun(cases, selection),
      errors: shards.flatMap(({ result }) => result.errors ?? []),
      interrupted: results.some(({ verdict }) => verdict === 'interrupted'),
      ...(expectedFailures && { expectedFailures }),
    },
    (text) => text, // the shards are masked already
  );
  // The shards have evaluated their budgets, with the stored baselines of their machines.
  const budgets = shards.flatMap(({ result }) => result.budgets ?? []);
  const position = positionsOf(selection);
  const sorted = budgets.toSorted((a, b) => position(a.caseId) - position(b.caseId));
  const missingCases = shards.reduce((sum, { result }) => sum + (result.missingCases ?? 0), 0);
  return { ...merged, ...(missingCases > 0 && { missingCases }), ...(sorted.length > 0 && { budgets: sorted }) };
}

function shardOf(result: RunResult): ShardResult {
  const { shard, id } = result.run;
  if (!shard)
    throw new UsageError(`Cannot merge the run ${id}: expected a shard (touchstone run --shard), got a whole run`);
  return { result, shard };
}

function checkShards(shards: readonly ShardResult[]): void {
  const [first] = shards;
  if (!first) return;
  const { total, selection } = first.shard;
  for (const { shard, result } of shards) {
    const { id } = result.run;
    const isSame = shard.total === total && JSON.stringify(shard.selection) === JSON.stringify(selection);
    if (!isSame) throw new UsageError(`Cannot merge the run ${id}: it is a shard of another selection of cases`);
    checkSameRun(result.run, first.result.run);
  }
  const found = shards.map(({ shard }) => shard.index);
  const repeated = found.filter((index, position) => found.indexOf(index) !== position);
  if (repeated.length > 0) throw new UsageError(`Cannot merge: shard ${repeated[0]}/${total} occurs more than once`);
  const missing = Array.from({ length: total }, (_, index) => index + 1).filter((index) => !found.includes(index));
  if (missing.length > 0)
    throw new UsageError(`Cannot merge: missing ${missing.map((index) => `shard ${index}/${total}`).join(', ')}`);
}

/** The facts that are the same in all shards of a run. */
const commonFacts = {
  touchstone: 'version of Touchstone',
  seed: 'seed',
  release: 'release of the product under test',
  pipeline: 'CI pipeline',
} as const;

function checkSameRun(run: RunResult['run'], first: RunResult['run']): void {
  for (const [fact, name] of Object.entries(commonFacts) as [keyof typeof commonFacts, string][]) {
    const [found, expected] = [run[fact] ?? 'none', first[fact] ?? 'none'];
    if (found !== expected)
      throw new UsageError(
        `Cannot merge the run ${run.id}: its ${name} is ${found}, that of ${first.id} is ${expected}`,
      );
  }
}

/** A shard that was stopped may lack cases. Its verdict is then `interrupted`. */
function checkCases(cases: readonly CaseResult[], selection: readonly string[], shards: readonly ShardResult[]): void {
  const seen = new Set<string>();
  for (const { id } of cases) {
    if (seen.has(id)) throw new UsageError(`Cannot merge: the case ${id} is in more than one shard`);
    seen.add(id);
  }
  const found = new Set([...seen].map(baseCaseId));
  const isStopped = shards.some(({ result }) => result.verdict === 'interrupted' || result.errors?.length);
  const missing = selection.filter((id) => !found.has(id));
  if (missing.length > 0 && !isStopped) throw new UsageError(`Cannot merge: no shard has the case ${missing[0]}`);
}

/** The merged run starts with the first shard and ends with the last one. */
function mergeFacts(shards: readonly ShardResult[], { result: { run } }: ShardResult): RunResult['run'] {
  const { shard: _, browser: __, ...facts } = run;
  const starts = shards.map(({ result }) => Date.parse(result.run.startedAt));
  const ends = shards.map(({ result }, index) => (starts[index] ?? 0) + result.run.durationMs);
  const start = Math.min(...starts);
  return {
    ...facts,
    startedAt: new Date(start).toISOString(),
    durationMs: Math.max(...ends) - start,
    command: run.command.replace(/ ?--shard[ =]\S+/, ''),
  };
}

/** Returns the position of a case in the selection, by its id. */
function positionsOf(selection: readonly string[]): (id: string) => number {
  const positions = new Map(selection.map((id, index) => [id, index]));
  return (id) => positions.get(baseCaseId(id)) ?? selection.length;
}

/** Repetitions of a whole run follow each other; measured cases come after them, each with its repetitions. */
function inOrderOfRun(cases: readonly CaseResult[], selection: readonly string[]): CaseResult[] {
  const position = positionsOf(selection);
  const repetition = (id: string) => Number(/#(\d+)$/.exec(id)?.[1] ?? 1);
  const keyOf = ({ id, measurement }: CaseResult) =>
    measurement
      ? [1, position(measurement.caseId), repetition(id), position(id)]
      : [0, repetition(id), position(id), 0];
  return cases
    .map((result) => ({ result, key: keyOf(result) }))
    .toSorted((a, b) => compareKeys(a.key, b.key))
    .map(({ result }) => result);
}

const compareKeys = (a: readonly number[], b: readonly number[]): number =>
  a.map((value, index) => value - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
