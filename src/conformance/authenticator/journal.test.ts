/** A run that is interrupted and resumed has the results of an uninterrupted one. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { toHex } from '#base/bytes.ts';
import { UsageError } from '#base/errors.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { emulatedTargets } from '../../cli/compose/emulated-test-target.ts';
import type { CaseResult } from '../case-result.ts';
import { selectEntries } from '../select.ts';
import { authenticatorCatalogue } from './catalogue.ts';
import { Journal, readJournal } from './journal.ts';
import { parseInfoAnswer, readInfoAnswer, runSuite } from './run-suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-journal-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'run.jsonl');

const requirements = selectEntries(authenticatorCatalogue, ['pin.retries', 'select']);
const source = emulatedTargets('touchstone-complete', ['pin.retries-unlimited', 'status.denied-as-timeout']);
const head = async () => ({
  target: source.name,
  requirements: requirements.map(({ id }) => id),
  info: toHex(await readInfoAnswer(source)),
});
const withoutTimes = (results: readonly CaseResult[]) =>
  results.map(({ durationMs, exchanges, ...result }) => ({
    ...result,
    exchanges: exchanges?.map(({ durationMs: _, ...exchange }) => exchange),
  }));

/** Runs until `count` cases are finished. */
async function runInterrupted(count: number): Promise<void> {
  const interruption = new AbortController();
  const journal = Journal.begin(file, await head());
  let finished = 0;
  const onResult = (result: CaseResult) => {
    journal.add(result);
    finished += 1;
    if (finished === count) interruption.abort();
  };
  await runSuite(requirements, source, { onResult, signal: interruption.signal });
}

async function resume() {
  const { head: begun, finished } = readJournal(file, await head());
  const info = parseInfoAnswer(Buffer.from(begun.info, 'hex'));
  const ran: CaseResult[] = [];
  const results = await runSuite(requirements, source, { finished, info, onResult: (result) => ran.push(result) });
  return { results, finished, ran };
}

describe('a run that is interrupted', () => {
  const random = seededRandom('interruptions');
  const points = Array.from({ length: 20 }, () => 1 + ((random.bytes(1)[0] ?? 0) % 13));
  const uninterrupted = runSuite(requirements, source);

  it.each(points)('after %d cases has the same results when it is resumed', async (point) => {
    await runInterrupted(point);
    const { results, finished, ran } = await resume();
    expect(finished).toHaveLength(point);
    expect(ran).toHaveLength(results.length - point);
    expect(withoutTimes(results)).toEqual(withoutTimes(await uninterrupted));
  });

  it('while it writes a result repeats that case', async () => {
    await runInterrupted(5);
    writeFileSync(file, readFileSync(file).subarray(0, -20));
    const { results, finished } = await resume();
    expect(finished).toHaveLength(4);
    expect(withoutTimes(results)).toEqual(withoutTimes(await uninterrupted));
  });
});

describe('a journal', () => {
  it.each([
    ['of another target', { target: 'persona solo' }],
    ['of other requirements', { requirements: ['pin.retries.form'] }],
  ])('%s is not resumed', async (_title, difference) => {
    Journal.begin(file, await head());
    const expected = { ...(await head()), ...difference };
    expect(() => readJournal(file, expected)).toThrow(UsageError);
  });

  it('that does not exist, or is something else, is not resumed', async () => {
    const expected = await head();
    expect(() => readJournal(join(folder, 'nothing'), expected)).toThrow(/there is no interrupted run/);
    writeFileSync(file, '{}\n');
    expect(() => readJournal(file, expected)).toThrow(/is not the journal of a run/);
  });
});
