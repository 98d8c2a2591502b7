import { expect, test } from 'vitest';
import { assembleResult } from './assemble-result.ts';
import { sampleCase, sampleRun } from './testing/sample-runs.ts';

test('the run names every engine with its version once, and none for cases that did not run', () => {
  const { run } = sampleRun({ size: 1 });
  const parties: Record<string, string>[] = [
    { browser: 'chromium', 'browser version': '156.0', route: 'proxy' },
    { browser: 'chromium', 'browser version': '156.0', route: 'shim' },
    { browser: 'firefox', 'browser version': '153.0', route: 'shim' },
    { browser: 'webkit' },
    { 'browser.engine': 'webkit' },
  ];
  const cases = parties.map((each) => ({ ...sampleCase(), parties: each }));
  const result = assembleResult({ run, cases, errors: [], interrupted: false }, (text) => text);
  expect(result.run.browser).toBe('chromium 156.0, firefox 153.0, webkit');
});
