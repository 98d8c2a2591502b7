/** The registry of report formats, and writing all of them into a run's folder. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunResult } from '#result/run-result.ts';
import { renderChromeTrace } from './formats/chrome-trace.ts';
import { renderCtrf } from './formats/ctrf.ts';
import { renderOpenMetrics } from './formats/openmetrics.ts';
import { renderPcapng } from './formats/pcapng.ts';
import { renderSarif } from './formats/sarif.ts';
import { renderTap } from './formats/tap.ts';
import { renderHtml } from './html/html.ts';
import { renderJson } from './json.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { renderNdjson } from './ndjson.ts';
import { type FormatId, formats, type Renderer, usualFormats } from './renderer.ts';
import { writeAtomically } from './write-atomically.ts';

const renderers: Record<FormatId, Renderer> = {
  json: renderJson,
  ndjson: renderNdjson,
  html: renderHtml,
  junit: renderJunit,
  markdown: renderMarkdown,
  ctrf: renderCtrf,
  sarif: renderSarif,
  tap: renderTap,
  openmetrics: renderOpenMetrics,
  trace: renderChromeTrace,
  pcapng: renderPcapng,
};

export interface RenderOutcome {
  /** Paths of the files that were written, by format. */
  written: Partial<Record<FormatId, string>>;
  /** Formats that could not be rendered or written. */
  failed: { format: FormatId; error: unknown }[];
}

/**
 * Renders `result` into `folder`, which is created when missing, in the usual formats and in `more`. A format that fails does not stop the
 * others; each file is complete or absent.
 */
export async function renderAll(
  result: RunResult,
  folder: string,
  more: readonly FormatId[] = [],
): Promise<RenderOutcome> {
  const outcome: RenderOutcome = { written: {}, failed: [] };
  await mkdir(folder, { recursive: true });
  for (const format of new Set([...usualFormats, ...more])) {
    const path = join(folder, formats[format]);
    try {
      await writeAtomically(path, renderers[format](result));
      outcome.written[format] = path;
    } catch (error) {
      outcome.failed.push({ format, error });
    }
  }
  return outcome;
}
