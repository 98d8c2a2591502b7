import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { readResult } from './read-result.ts';
import { RunRecorder } from './run-recorder.ts';
import { RunWriter } from './run-writer.ts';
import { Terminal } from './terminal/terminal.ts';
import { sampleCase } from './testing/sample-runs.ts';

let outputDir: string;
beforeEach(() => {
  outputDir = mkdtempSync(join(tmpdir(), 'touchstone-run-'));
});
afterEach(() => rmSync(outputDir, { recursive: true, force: true }));

function createTerminal() {
  const writes: string[] = [];
  const output = { write: (text: string) => writes.push(text), columns: 100 };
  return { terminal: new Terminal(output, { interactive: false, colour: false }), printed: () => writes.join('') };
}

describe('RunWriter', () => {
  it('writes the reports with attachments and masked secrets, and prints the summary', async () => {
    const { terminal, printed } = createTerminal();
    const clock = new ManualClock();
    const writer = new RunWriter({ outputDir, runId: 'run 1', command: 'run --pin 864209', terminal, clock });
    writer.addSecrets(['864209']);
    writer.begin(new Map([['a', 'a']]), 1);
    clock.advance(1500);
    const log = { name: 'log', contentType: 'text/plain; charset=utf-8', body: Buffer.from('PIN 864209') };
    const result = { ...sampleCase(), attachments: [] };
    await writer.end({ cases: [{ result, files: [log] }], errors: [], interrupted: false });

    const master = await readResult(join(outputDir, 'latest/result.json'));
    expect(master.run).toMatchObject({ id: 'run-1', durationMs: 1500, command: 'run --pin •••' });
    const path = master.cases[0]?.attachments[0]?.path ?? '';
    expect(readFileSync(join(outputDir, 'run-1', path), 'utf8')).toBe('PIN •••');
    expect(printed()).toContain('1 of 1 case passed in 1.50 s');
  });

  it('keeps the folder of a run inside the folder of all runs', () => {
    const { terminal } = createTerminal();
    expect(new RunWriter({ outputDir, runId: '../../etc', terminal }).folder).toBe(join(outputDir, '-..-etc'));
    expect(new RunWriter({ outputDir, runId: '..', terminal }).folder).toBe(join(outputDir, 'run'));
  });
});

describe('RunRecorder', () => {
  it('reports its own cases, the cases of an included run and errors outside any case', async () => {
    const { terminal } = createTerminal();
    const first = new RunRecorder({ outputDir, runId: 'first', terminal });
    first.begin(['first']);
    const file = { name: 'log', contentType: 'text/plain', body: Buffer.from('x') };
    first.finishCase({ ...sampleCase(), attachments: [] }, [file]);
    await first.end({ interrupted: false });

    const second = new RunRecorder({ outputDir, runId: 'second', terminal });
    second.begin(['own']);
    second.startCase('own', 'Own case');
    second.finishCase({ ...sampleCase(), id: 'own', attachments: [] }, []);
    await second.includeRun(join(outputDir, 'first/result.json'));
    second.addError('The guest stopped');
    const { verdict, cases, errors } = await second.end({ interrupted: false });
    expect(verdict).toBe('errored');
    expect(errors).toEqual([{ message: 'The guest stopped' }]);
    expect(cases.map(({ id }) => id)).toEqual(['own', sampleCase().id]);
    const path = cases[1]?.attachments[0]?.path ?? '';
    expect(readFileSync(join(outputDir, 'second', path), 'utf8')).toBe('x');
  });
});
