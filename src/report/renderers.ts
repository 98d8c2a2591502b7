/** All report formats, and writing them into a run's folder. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunResult } from '#result/run-result.ts';
import { writeAtomically } from './files.ts';
import { html } from './html/html.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import { type FormatId, formats, type Renderer } from './renderer.ts';

const renderers: Record<FormatId, Renderer> = { json, html, junit, markdown };

export interface RenderOutcome {
  /** Paths of the files that stand now, by format. */
  written: Partial<Record<FormatId, string>>;
  /** Formats that could not be rendered or written. */
  failed: { format: FormatId; error: unknown }[];
}

/**
 * Renders `result` into `folder` (made when missing), the master first. A format that fails does not stop the others;
 * each file is complete or absent, never half.
 */
export async function renderAll(
  result: RunResult,
  folder: string,
  wanted: readonly FormatId[] = Object.keys(formats) as FormatId[],
): Promise<RenderOutcome> {
  const outcome: RenderOutcome = { written: {}, failed: [] };
  await mkdir(folder, { recursive: true });
  for (const format of Object.keys(renderers) as FormatId[]) {
    if (!wanted.includes(format)) continue;
    const path = join(folder, renderers[format].file);
    try {
      await writeAtomically(path, await renderers[format].render(result));
      outcome.written[format] = path;
    } catch (error) {
      outcome.failed.push({ format, error });
    }
  }
  return outcome;
}
