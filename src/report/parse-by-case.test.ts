import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderJson } from './json.ts';
import { parseByCase } from './parse-by-case.ts';
import { injectionStrings, runWithTexts } from './testing/injection-strings.ts';
import { sampleRun } from './testing/sample-runs.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-parse-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function parse(text: string) {
  const path = join(folder, 'result.json');
  writeFileSync(path, text);
  return parseByCase(path);
}
const written = (run: Parameters<typeof renderJson>[0]) => [...renderJson(run)].join('');

describe('parseByCase', () => {
  it.each([1, 2, 46, 300])('returns a run of %i cases as JSON.parse does', async (size) => {
    const text = written(sampleRun({ size }));
    expect(await parse(text)).toEqual(JSON.parse(text));
  });

  it.each(Object.values({ ...injectionStrings, ending: '\n  },\n ]\n}\n "cases": [' }))(
    'returns a run with the text %j as JSON.parse does',
    async (text) => {
      const json = written(runWithTexts(text));
      expect(await parse(json)).toEqual(JSON.parse(json));
    },
  );

  it.each<[string, string]>([
    ['on one line', JSON.stringify(sampleRun())],
    ['with more spaces', JSON.stringify(sampleRun(), undefined, 2)],
    ['with other line breaks', written(sampleRun()).replaceAll('\n', '\r\n')],
    ['without a case', written({ ...sampleRun(), cases: [] })],
    ['that ends early', written(sampleRun()).slice(0, -20)],
    ['that goes on after its end', `${written(sampleRun())}{}`],
    ['that is empty', ''],
  ])('returns undefined for a file %s', async (_, text) => {
    expect(await parse(text)).toBeUndefined();
  });
});
