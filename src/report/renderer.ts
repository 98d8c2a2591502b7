/** The port of a report format. A format = a file with a Renderer + its row here + its line in `renderers.ts`. */
import type { RunResult } from '#result/run-result.ts';

/** Every format and the file it is written to, inside the run's folder. */
export const formats = {
  json: 'result.json',
  html: 'index.html',
  junit: 'junit.xml',
  markdown: 'summary.md',
} as const satisfies Record<string, string>;

export type FormatId = keyof typeof formats;

export interface Renderer {
  id: FormatId;
  file: string;
  /** The whole text of the report; depends on the master only. */
  render(result: RunResult): string | Promise<string>;
}
