import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '#base/errors.ts';
import type { RunResult, Verdict } from '#result/run-result.ts';
import { renderJson } from './json.ts';
import { renderNdjson } from './ndjson.ts';
import { readJournal } from './read-journal.ts';
import { readResult } from './read-result.ts';
import { renderAll } from './renderers.ts';
import { sampleRun } from './testing/sample-runs.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-report-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('renderAll', () => {
  it('writes a master file from which the same reports are rendered again', async () => {
    const { failed } = await renderAll(sampleRun(), folder);
    expect(failed).toEqual([]);
    const again = await readResult(join(folder, 'result.json'));
    expect(again).toEqual(sampleRun());
    const before = readFileSync(join(folder, 'junit.xml'), 'utf8');
    await renderAll(again, folder);
    expect(readFileSync(join(folder, 'junit.xml'), 'utf8')).toBe(before);
  });

  it('writes the other formats when one fails', async () => {
    mkdirSync(join(folder, 'junit.xml'));
    const { written, failed } = await renderAll(sampleRun(), folder);
    expect(failed.map(({ format }) => format)).toEqual(['junit']);
    expect(Object.keys(written)).toEqual(['json', 'ndjson', 'html', 'markdown']);
  });
});

const withVerdict = (run: RunResult, verdict: Verdict): RunResult => ({
  ...run,
  cases: run.cases.map((item, index) => (index === 0 ? { ...item, verdict } : item)),
});

describe('readResult', () => {
  it.each<[string, (run: RunResult) => unknown, RegExp]>([
    [
      'the schema of another version',
      (run) => ({ ...run, schema: 'touchstone.result/9' }),
      /It has version 9 of the format touchstone.result, expected version 1/,
    ],
    [
      'the schema of another format',
      (run) => ({ ...run, schema: 'other/1' }),
      /schema: expected one of touchstone.result\/1, got "other\/1"/,
    ],
    ['no cases', ({ cases: _, ...run }) => run, /cases: expected a list, got nothing/],
    [
      'an unknown phase',
      (run) => JSON.parse(JSON.stringify(run).replace('"phase":"client"', '"phase":"nap"')),
      /cases\[0\]\.spans\[\d+\]\.phase: expected one of page, .*, got "nap"/,
    ],
    ['an unknown verdict', (run) => ({ ...run, verdict: 'fine' }), /verdict: expected one of passed, .*, got "fine"/],
    ['a list', () => [], /expected an object, got a list/],
  ])('rejects a file with %s and names the member', async (_, change, message) => {
    const path = join(folder, 'result.json');
    writeFileSync(path, JSON.stringify(change(sampleRun())));
    await expect(readResult(path)).rejects.toThrow(message);
    await expect(readResult(path)).rejects.toBeInstanceOf(UsageError);
  });

  it.each<[string, (run: RunResult) => RunResult, RegExp]>([
    [
      'lost a case',
      (run) => ({ ...run, cases: run.cases.slice(1) }),
      /damaged or was changed: expected \d+ cases with the verdict/,
    ],
    [
      'got another verdict in a case',
      (run) => withVerdict(run, 'interrupted'),
      /expected \d+ cases with the verdict \w+, as totals says, got/,
    ],
    [
      'says that the run passed, although a case failed',
      (run) => ({ ...run, verdict: 'passed' }),
      /the run has the verdict passed, and a case with the verdict failed/,
    ],
    [
      'has a case twice',
      (run) => ({ ...run, cases: [...run.cases, ...run.cases.slice(0, 1)] }),
      /the case .* occurs twice/,
    ],
  ])('rejects a file that %s', async (_, change, message) => {
    const damaged = change(sampleRun());
    const [json, master] = [join(folder, 'result.json'), join(folder, 'result.ndjson')];
    writeFileSync(json, [...renderJson(damaged)].join(''));
    writeFileSync(master, [...renderNdjson(damaged)].join(''));
    await expect(readResult(json)).rejects.toThrow(message);
    await expect(readJournal(master)).rejects.toThrow(message);
  });

  it('rejects a file that ends anywhere before its end', async () => {
    const path = join(folder, 'result.json');
    const text = [...renderJson(sampleRun({ size: 2 }))].join('').trimEnd();
    const ends = [...text.matchAll(/\n {2}\}/g)].flatMap(({ index }) => [index, index + 1, index + 4, index + 5]);
    for (const end of [...ends, text.length - 1].filter((length) => length < text.length)) {
      writeFileSync(path, text.slice(0, end));
      await expect(readResult(path), `cut at ${end}`).rejects.toThrow(UsageError);
    }
  });

  it('rejects a missing file and a file that is not JSON', async () => {
    await expect(readResult(join(folder, 'none.json'))).rejects.toThrow(UsageError);
    writeFileSync(join(folder, 'bad.json'), '{');
    await expect(readResult(join(folder, 'bad.json'))).rejects.toThrow(/bad\.json is not JSON/);
  });
});
