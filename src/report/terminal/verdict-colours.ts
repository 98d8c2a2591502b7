/** The terminal colour of each verdict. */
import type { Verdict } from '#result/run-result.ts';
import type { Colours } from '../colour.ts';

export const verdictColours = (c: Colours): Record<Verdict, (text: string) => string> => ({
  passed: c.green,
  failed: c.red,
  errored: c.magenta,
  flaky: c.yellow,
  skipped: c.gray,
  interrupted: c.cyan,
  waived: c.yellow,
});
