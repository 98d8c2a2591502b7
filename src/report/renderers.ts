/** The registry of report formats, and writing all of them into a run's folder. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunResult } from '#result/run-result.ts';
import { renderHtml } from './html/html.ts';
import { renderJson } from './json.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { type FormatId, formats, type Renderer } from './renderer.ts';
import { writeAtomically } from './write-atomically.ts';

const renderers: Record<FormatId, Renderer> = {
  json: renderJson,
  html: renderHtml,
  junit: renderJunit,
  markdown: renderMarkdown,
};

export interface RenderOutcome {
  /** Paths of the files that were written, by format. */
  written: Partial<Record<FormatId, string>>;
  /** Formats that could not be rendered or written. */
  failed: { format: FormatId; error: unknown }[];
}

/**
 * Renders `result` into `folder`, which is created when missing, the master file first. A format that fails does not stop the
 * others; each file is complete or absent.
 */
export async function renderAll(result: RunResult, folder: string): Promise<RenderOutcome> {
  const outcome: RenderOutcome = { written: {}, failed: [] };
  await mkdir(folder, { recursive: true });
  for (const format of Object.keys(renderers) as FormatId[]) {
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
