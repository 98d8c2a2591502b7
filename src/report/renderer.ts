/** The report formats and what a renderer is. To add a format: a file with a `Renderer`, a row in `formats`, a line in `renderers.ts`. */
import type { RunResult } from '#result/run-result.ts';

/** Every format and the name of its file in the run's folder. */
export const formats = {
  json: 'result.json',
  html: 'index.html',
  junit: 'junit.xml',
  markdown: 'summary.md',
} as const satisfies Record<string, string>;

export type FormatId = keyof typeof formats;

/** Returns the text of the report, whole or piece by piece, which depends on `result` only. */
export type Renderer = (result: RunResult) => string | Generator<string> | AsyncGenerator<string>;
