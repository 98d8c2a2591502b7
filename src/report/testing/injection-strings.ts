/** Strings that break out of a format when an escape is forgotten, for the renderers' tests. */
import type { CaseResult, RunResult } from '#result/run-result.ts';
import { fixtureRun } from './sample-runs.ts';

export const hostile = {
  script: '</script><script>alert(1)</script><!-- <script>',
  markup: '<img src=x onerror=alert(1)>&amp;"\'',
  cdata: ']]><failure/>',
  markdown: '| `a` ``` [x](javascript:alert(1)) ![y](http://z) @octocat <details> \n# heading\n| cell |',
  control: 'nul\u0000 bell\u0007 esc\u001b[31m del\u007f lone\ud800 surrogate nonchar\uffff tab\t',
} as const;

/** A run in which every text that comes from outside is `text`. */
export function runFullOf(text: string): RunResult {
  const run = fixtureRun();
  const [first] = run.cases.filter(({ verdict }) => verdict === 'failed');
  const place = { file: text, line: 1, column: 1 };
  const bad: CaseResult = {
    ...first!,
    id: text,
    title: text,
    tags: [text],
    location: place,
    parties: { [text]: text },
    steps: [{ title: text, verdict: 'failed', startMs: 0, durationMs: 1, location: place }],
    expectations: [{ path: text, expected: text, actual: { [text]: text }, ok: false, location: place }],
    failures: [{ message: text, location: place, codeFrame: text, stack: text }],
    events: [{ atMs: 0, party: 'client', event: text, detail: { [text]: text } }],
    attachments: [{ name: text, contentType: text, path: text }],
    notes: [text],
  };
  return {
    ...run,
    run: { ...run.run, command: text, seed: text },
    errors: [{ message: text, codeFrame: text }],
    cases: [bad, { ...bad, id: `${text} again` }],
  };
}
