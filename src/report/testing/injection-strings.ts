/** Strings that break out of HTML, XML, Markdown or the terminal when a renderer forgets to escape them. */
import type { CaseResult, RunResult } from '#result/run-result.ts';
import { sampleCase, sampleRun } from './sample-runs.ts';

export const injectionStrings = {
  script: '</script><script>alert(1)</script><!-- <script>',
  markup: '<img src=x onerror=alert(1)>&amp;"\'',
  cdata: ']]><failure/>',
  markdown: '| `a` ``` [x](javascript:alert(1)) ![y](http://z) @octocat <details> \n# heading\n| cell |',
  control: 'nul\u0000 bell\u0007 esc\u001b[31m del\u007f lone\ud800 surrogate nonchar\uffff tab\t',
} as const;

/** Returns a run in which every text from outside Touchstone is `text`. */
export function runWithTexts(text: string): RunResult {
  const run = sampleRun();
  const location = { file: text, line: 1, column: 1 };
  const failed: CaseResult = {
    ...sampleCase('failed'),
    id: text,
    title: text,
    tags: [text],
    location,
    parties: { [text]: text },
    steps: [{ title: text, verdict: 'failed', startMs: 0, durationMs: 1, location }],
    expectations: [{ path: text, expected: text, actual: { [text]: text }, ok: false, location }],
    failures: [{ message: text, location, codeFrame: text, stack: text }],
    events: [{ atMs: 0, party: 'client', event: text, detail: { [text]: text } }],
    attachments: [{ name: text, contentType: text, path: text }],
    notes: [text],
  };
  return {
    ...run,
    run: { ...run.run, command: text, seed: text },
    errors: [{ message: text, codeFrame: text }],
    cases: [failed, { ...failed, id: `${text} again` }],
  };
}
