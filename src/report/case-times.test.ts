import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readCaseTimes, writeCaseTimes } from './case-times.ts';
import { sampleCase } from './testing/sample-runs.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-times-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const timed = (id: string, durationMs: number, verdict = 'passed' as 'passed' | 'failed') => ({
  ...sampleCase(verdict),
  id,
  durationMs,
});

it('keeps the last time of each case that passed', async () => {
  await writeCaseTimes(folder, [timed('a', 10.4), timed('b', 20), timed('c', 1, 'failed')]);
  await writeCaseTimes(folder, [timed('a', 30), timed('b', 1, 'failed')]);
  expect(readCaseTimes(folder)).toEqual(new Map(Object.entries({ a: 30, b: 20 })));
});

it.each(['', '[1', 'null', '{"a":"10","b":-1}'])('has no times in a file with %j', (text) => {
  writeFileSync(join(folder, 'case-times.json'), text);
  expect(readCaseTimes(folder).size).toBe(0);
});

it('has no times before the first run', () => {
  expect(readCaseTimes(join(folder, 'none')).size).toBe(0);
});
