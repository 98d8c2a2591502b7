/** Selects the cases of a run: by name and tag, by the last run, by changed files, and one shard of them. */
import { execFileSync } from 'node:child_process';
import { type Command, InvalidArgumentError } from 'commander';
import { messageOf, UsageError } from '#base/errors.ts';
import { findRun } from '#report/find-result.ts';
import { count } from '#report/format.ts';
import { type Shard, splitIntoShards } from '#report/merge/shards.ts';
import { baseCaseId } from '#result/case-id.ts';
import type { CaseResult, Verdict } from '#result/run-result.ts';
import type { ExpandedCase } from '#scenario/language/expanded-case.ts';
import { collect, parsePattern } from '../commands/option-parsers.ts';

export interface SelectionOptions {
  grep?: RegExp;
  tag: string[];
  excludeTag: string[];
  sample: boolean;
  lastFailed?: string | true;
  onlyChanged?: string | true;
  minCases?: number;
  shard?: Pick<Shard, 'index' | 'total'>;
  durations?: string;
}

export const withSelectionOptions = (command: Command): Command =>
  command
    .option('-g, --grep <pattern>', 'Run only cases whose id or title matches this regular expression', parsePattern)
    .option('-t, --tag <tag>', 'Run only cases with this tag; repeat the option for more tags', collect, [])
    .option('--exclude-tag <tag>', 'Leave out cases with this tag; repeat the option for more tags', collect, [])
    .option('--sample', 'Run only the first case of each scenario file', false)
    .option(
      '--last-failed [run]',
      'Run only cases that failed in the last run, or in this one: folder, result file or id',
    )
    .option('--only-changed [ref]', 'Run only cases whose files differ from this git commit; default: HEAD')
    .option('--shard <i/n>', 'Run only this part of the cases, e.g. 1/3; touchstone merge joins the parts', parseShard)
    .option('--durations <run>', 'Balance the shards by the times of this run: folder, result file or id');

/** Returns the part `i/n`. */
function parseShard(text: string): Pick<Shard, 'index' | 'total'> {
  const [, index, total] = /^(\d{1,4})\/(\d{1,4})$/.exec(text)?.map(Number) ?? [];
  if (!index || !total || index > total)
    throw new InvalidArgumentError('Expected a part such as 1/3, from 1/3 to 3/3.');
  return { index, total };
}

/** Where runs and changed files are looked up. */
interface Places {
  /** Folder of all reports. */
  output: string;
  /** The project. */
  root: string;
}

/**
 * Returns the cases that all options select, without regard to shards.
 * @throws {UsageError} if none is selected, because a run without cases must not pass; `--min-cases 0` permits it.
 */
export async function selectCases(
  cases: readonly ExpandedCase[],
  options: SelectionOptions,
  places: Places,
): Promise<ExpandedCase[]> {
  const { grep, tag, excludeTag, sample, minCases } = options;
  if (minCases !== 0) checkTags(tag, cases);
  const lastRun = await findLastRun(options, places);
  const changed = changedFiles(options, places);
  const matching = cases.filter(
    ({ id, title, tags, measure, files }) =>
      measure?.baselineOf === undefined &&
      (!grep || grep.test(id) || grep.test(title)) &&
      (tag.length === 0 || tag.some((name) => tags.includes(name))) &&
      !excludeTag.some((name) => tags.includes(name)) &&
      (!lastRun || isToRepeat(id, lastRun)) &&
      (!changed || files.some((file) => changed.has(file))),
  );
  const selected = withBaselineCases(sample ? firstOfEachFile(matching) : matching, cases);
  if (selected.length > 0 || minCases === 0) return selected;
  if (cases.length === 0) throw new UsageError('No case is selected: the given paths contain no scenario');
  throw new UsageError(
    `No case is selected: none of ${cases.length} cases matches ${describeFilters(options) || 'the selection'}`,
  );
}

/** @throws {UsageError} if no case has one of the tags: a misspelled tag would make the selection smaller without notice. */
function checkTags(tags: readonly string[], cases: readonly ExpandedCase[]): void {
  const known = new Set(cases.flatMap((scenario) => scenario.tags));
  const unknown = tags.find((tag) => !known.has(tag));
  if (unknown === undefined) return;
  const list =
    known.size > 0 ? `one of ${[...known].toSorted().join(', ')}` : 'a selection without tags, because no case has one';
  throw new UsageError(`No case is selected by --tag ${unknown}: expected ${list}`);
}

const describeFilters = ({ grep, tag, excludeTag, lastFailed, onlyChanged }: SelectionOptions): string =>
  [
    grep && `--grep ${grep.source}`,
    ...tag.map((name) => `--tag ${name}`),
    ...excludeTag.map((name) => `--exclude-tag ${name}`),
    lastFailed && '--last-failed',
    onlyChanged && '--only-changed',
  ]
    .filter(Boolean)
    .join(' ');

/** A measured case needs the case that runs in turn with it. */
function withBaselineCases(selected: readonly ExpandedCase[], all: readonly ExpandedCase[]): ExpandedCase[] {
  const baselines = new Map(
    all.flatMap((scenario) => (scenario.measure?.baselineOf ? [[scenario.measure.baselineOf, scenario]] : [])),
  );
  return selected.flatMap((scenario) => [scenario, baselines.get(scenario.id) ?? []].flat());
}

function firstOfEachFile(cases: readonly ExpandedCase[]): ExpandedCase[] {
  const first = new Map<string, ExpandedCase>();
  for (const scenario of cases) if (!first.has(scenario.location.file)) first.set(scenario.location.file, scenario);
  return [...first.values()];
}

const notPassed: readonly Verdict[] = ['failed', 'errored', 'interrupted'];

/** The cases of the run that `--last-failed` names: ids without the number of the repetition. */
interface LastRun {
  failed: ReadonlySet<string>;
  /** Present if the run was killed: cases that are not among these have no verdict. */
  known?: ReadonlySet<string>;
}

async function findLastRun({ lastFailed }: SelectionOptions, { output }: Places): Promise<LastRun | undefined> {
  if (!lastFailed) return undefined;
  const { result } = await findRun(lastFailed === true ? 'latest' : lastFailed, output);
  const idsOf = (cases: readonly CaseResult[]) => new Set(cases.map(({ id }) => baseCaseId(id)));
  return {
    failed: idsOf(result.cases.filter(({ verdict }) => notPassed.includes(verdict))),
    ...(result.missingCases && { known: idsOf(result.cases) }),
  };
}

/** Returns a notice about cases that failed in the last run and are not in these scenarios, e.g. because they have another id now. */
export async function describeLostFailures(
  cases: readonly ExpandedCase[],
  options: SelectionOptions,
  places: Places,
): Promise<string | undefined> {
  const known = new Set(cases.map(({ id }) => id));
  const lost = [...((await findLastRun(options, places))?.failed ?? [])].filter((id) => !known.has(id));
  if (lost.length === 0) return undefined;
  return `Not running ${count(lost.length, 'case')} that failed in the last run, which these scenarios do not have: ${lost.slice(0, 5).join(', ')}${lost.length > 5 ? ', ...' : ''}`;
}

const isToRepeat = (id: string, { failed, known }: LastRun): boolean =>
  failed.has(id) || failed.has(`${id}@baseline`) || (known !== undefined && !known.has(id));

/** Returns the files that differ from the commit, and those that git does not track, relative to the project. */
function changedFiles({ onlyChanged }: SelectionOptions, { root }: Places): Set<string> | undefined {
  if (!onlyChanged) return undefined;
  const ref = onlyChanged === true ? 'HEAD' : onlyChanged;
  if (ref.startsWith('-')) throw new UsageError(`Expected a git commit, got ${JSON.stringify(ref)}`);
  const list = (...args: string[]) => runGit(root, args).split('\0').filter(Boolean);
  return new Set([
    ...list('diff', '--name-only', '--relative', '-z', ref, '--'),
    ...list('ls-files', '--others', '--exclude-standard', '-z'),
  ]);
}

function runGit(root: string, args: readonly string[]): string {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (cause) {
    throw new UsageError(`Cannot find changed files: ${messageOf(cause).trim()}`, { cause });
  }
}

/**
 * Returns the cases of this shard and what the report says about it; all cases without `--shard`.
 * @throws {UsageError} if there are more shards than cases.
 */
export async function selectShard(
  selected: readonly ExpandedCase[],
  { shard, durations }: SelectionOptions,
  { output }: Places,
): Promise<{ cases: readonly ExpandedCase[]; shard?: Shard }> {
  if (!shard) return { cases: selected };
  const { index, total } = shard;
  const recorded = durations === undefined ? [] : (await findRun(durations, output)).result.cases;
  const parts = splitIntoShards(
    selected.map(({ id, measure }) => ({ id, group: measure?.baselineOf ?? id })),
    total,
    recorded,
  );
  if (parts.some((part) => part.length === 0))
    throw new UsageError(`Cannot split the selection into ${total} parts: only ${selected.length} cases are selected`);
  const ids = new Set(parts[index - 1]);
  const selection = selected.map(({ id }) => id);
  return { cases: selected.filter(({ id }) => ids.has(id)), shard: { index, total, selection } };
}
