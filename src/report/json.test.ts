import { expect, it } from 'vitest';
import { renderJson } from './json.ts';
import { injectionStrings, runWithTexts } from './testing/injection-strings.ts';
import { sampleRun } from './testing/sample-runs.ts';

const { cases, ...rest } = runWithTexts(injectionStrings.markdown);

it.each([
  ['many cases', sampleRun()],
  ['one case', sampleRun({ size: 1 })],
  ['no case', { ...sampleRun(), cases: [] }],
  ['texts with line breaks', { ...rest, cases }],
])('renderJson yields a run with %s as JSON.stringify would, indented by one space', (_, run) => {
  expect([...renderJson(run)].join('')).toBe(`${JSON.stringify(run, undefined, 1)}\n`);
});

it('renderJson yields no piece that is longer than one case', () => {
  const run = sampleRun({ size: 200 });
  const longestCase = Math.max(...run.cases.map((item) => JSON.stringify(item, undefined, 4).length));
  expect(Math.max(...Array.from(renderJson(run), ({ length }) => length))).toBeLessThan(longestCase + 1000);
});
