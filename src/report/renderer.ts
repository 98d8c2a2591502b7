/** The report formats and what a renderer is. To add a format: a file with a `Renderer`, a row in `formats`, a line in `renderers.ts`. */
import type { RunResult } from '#result/run-result.ts';

/** Every format and the name of its file in the run's folder. */
export const formats = {
  json: 'result.json',
  ndjson: 'result.ndjson',
  html: 'index.html',
  junit: 'junit.xml',
  markdown: 'summary.md',
  ctrf: 'ctrf.json',
  sarif: 'result.sarif',
  tap: 'result.tap',
  openmetrics: 'metrics.txt',
  trace: 'trace.json',
  pcapng: 'ctap.pcapng',
} as const satisfies Record<string, string>;

export type FormatId = keyof typeof formats;

/** The formats of every run. The others are written on request. */
export const usualFormats: readonly FormatId[] = ['json', 'ndjson', 'html', 'junit', 'markdown'];

/** Returns the text or the bytes of the report, whole or piece by piece, which depend on `result` only. */
export type Renderer = (
  result: RunResult,
) => string | Generator<string | Uint8Array> | AsyncGenerator<string | Uint8Array>;
