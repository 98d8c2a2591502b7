import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileTestProgram, type TestProgram } from '#cli/program/testing/compile-test-program.ts';
import type { CaseResult } from '#result/run-result.ts';
import { createSeededNumbers } from '#result/seeded-numbers.ts';
import { findResult } from './find-result.ts';
import { Journal } from './journal.ts';
import { readJournal } from './read-journal.ts';
import { renderAll } from './renderers.ts';
import { RunWriter } from './run-writer.ts';
import { Terminal } from './terminal/terminal.ts';
import { sampleCase, sampleRun } from './testing/sample-runs.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = sampleRun();
type Entry = { case: CaseResult };
const path = () => join(folder, 'result.ndjson');

function writeJournal(count: number): void {
  const journal = new Journal(folder, { run: run.run, caseCount: run.cases.length });
  for (const [index, item] of run.cases.slice(0, count).entries()) journal.append({ atMs: index * 100, case: item });
  journal.close();
}

describe('readJournal', () => {
  it('returns the finished cases, marked as interrupted', async () => {
    writeJournal(3);
    const result = await readJournal(path());
    expect(result.cases).toEqual(run.cases.slice(0, 3));
    expect(result).toMatchObject({
      verdict: 'interrupted',
      missingCases: 43,
      run: { id: run.run.id, durationMs: 200 },
    });
    expect(result.errors).toEqual([{ message: 'The run was stopped before its end: 3 of 46 cases had finished.' }]);
  });

  it('stores how many cases a killed run lacks when its reports are rendered', async () => {
    writeJournal(3);
    await renderAll(await readJournal(path()), folder);
    expect(await findResult(folder)).toMatchObject({ result: { missingCases: 43 } });
    expect(await readJournal(path())).toMatchObject({ missingCases: 43, verdict: 'interrupted' });
  });

  it('ignores an incomplete last line, wherever it ends', async () => {
    writeJournal(2);
    const text = readFileSync(path(), 'utf8');
    const secondCase = text.lastIndexOf('\n', text.length - 2) + 1;
    for (const length of [secondCase + 1, secondCase + 100, text.length - 2]) {
      writeFileSync(path(), text.slice(0, length));
      expect((await readJournal(path())).cases).toHaveLength(1);
    }
  });

  it('rejects a damaged line in the middle, another schema and a case that is not one', async () => {
    writeJournal(1);
    appendFileSync(path(), '{"atMs":\n{"atMs":1}\n');
    await expect(readJournal(path())).rejects.toThrow(/result\.ndjson:3 is not JSON/);
    writeFileSync(path(), '{"schema":"other"}\n');
    await expect(readJournal(path())).rejects.toThrow('expected the schema touchstone.journal/1');
    writeJournal(0);
    appendFileSync(path(), '{"atMs":1,"case":{"verdict":"passed"}}\n');
    await expect(readJournal(path())).rejects.toThrow(
      /result\.ndjson:2 is not a line of a journal: case\.id: expected a string/,
    );
  });
});

describe('Journal', () => {
  it('keeps complete lines when the disk is full for a while', async () => {
    let free = Number.POSITIVE_INFINITY;
    const journal = new Journal(folder, { run: run.run, caseCount: 3 }, (file, bytes, offset, length, position) => {
      if (free === 0) throw new Error('ENOSPC: no space left on device, write');
      const written = writeSync(file, bytes, offset, Math.min(length, free), position);
      free -= written;
      return written;
    });
    const [first, second, third] = run.cases.map((item) => ({ case: item })) as [Entry, Entry, Entry];
    journal.append(first);
    free = 100;
    expect(() => journal.append(second)).toThrow('ENOSPC');
    free = Number.POSITIVE_INFINITY;
    journal.append(third);
    journal.close();
    expect((await readJournal(path())).cases).toEqual([first.case, third.case]);
  });
});

describe('RunWriter', () => {
  const terminal = new Terminal({ write: () => true, columns: 100 }, { interactive: false, colour: false });

  it('adds each case to the journal with secrets masked, and ends it with the verdict', async () => {
    const writer = new RunWriter({ outputDir: folder, runId: 'run', command: 'run --pin 864209', terminal });
    writer.addSecrets(['864209']);
    writer.begin(new Map(Object.entries({ a: 'a', b: 'b' })), 1);
    const file = { name: 'log', contentType: 'text/plain', body: Buffer.from('PIN 864209') };
    const item = { result: { ...sampleCase(), title: 'types 864209', attachments: [] }, files: [file] };
    writer.recordCase(item);
    const journal = join(folder, 'run/result.ndjson');
    await expect.poll(() => existsSync(journal) && readFileSync(journal, 'utf8').split('\n').length).toBe(3);
    expect(readFileSync(journal, 'utf8')).not.toContain('864209');
    const { result } = await findResult(join(folder, 'latest'));
    expect(result.cases[0]?.title).toBe('types •••');
    expect(readFileSync(join(folder, 'run', result.cases[0]?.attachments[0]?.path ?? ''), 'utf8')).toBe('PIN •••');
    await writer.end({ cases: [item], errors: [], interrupted: false });
    const ended = await findResult(join(folder, 'latest'));
    expect(ended.result.verdict).toBe('passed');
    expect(await readJournal(journal)).toEqual(ended.result);
    expect(readFileSync(journal, 'utf8')).not.toContain('864209');
  });
});

describe('a run that is killed', () => {
  let program: TestProgram;
  beforeAll(async () => {
    program = await compileTestProgram(fileURLToPath(new URL('./testing/endless-run.ts', import.meta.url)));
  });
  afterAll(() => program?.[Symbol.dispose]());
  let child: ChildProcess;

  /** Kills the process when the journal has this many lines. */
  async function killAtLine(line: number): Promise<void> {
    child = spawn(process.execPath, [program.file, folder], { stdio: 'ignore' });
    const ended = once(child, 'exit');
    const journal = join(folder, 'killed/result.ndjson');
    const lines = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 1 : 0);
    while (lines() < line) await setTimeout(1);
    child.kill('SIGKILL');
    await ended;
  }

  const next = createSeededNumbers(12);
  const lines = Array.from({ length: 10 }, () => 1 + Math.floor(next() * run.cases.length));
  it.each(lines)(
    'leaves its finished cases when it is killed at line %i of the journal',
    async (line) => {
      await killAtLine(line);
      const { result } = await findResult(join(folder, 'killed'));
      expect(result.cases.length).toBeGreaterThanOrEqual(line - 1);
      expect(result.cases.map(({ id }) => id)).toEqual(run.cases.slice(0, result.cases.length).map(({ id }) => id));
      expect(result.errors?.at(-1)?.message).toContain(`${result.cases.length} of ${run.cases.length} cases`);
      for (const { id, attachments } of result.cases)
        expect(readFileSync(join(folder, 'killed', attachments[0]?.path ?? ''), 'utf8')).toBe(id);
    },
    60_000,
  );
});
