/** Renders what a run has finished when its engine was killed, e.g. by the operating system because it used too much memory. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createColours } from '#report/colour.ts';
import { findResult } from '#report/find-result.ts';
import { journalFile } from '#report/journal.ts';
import type { FormatId } from '#report/renderer.ts';
import { renderAll } from '#report/renderers.ts';
import { renderSummary } from '#report/terminal/summary.ts';

/** Writes the reports of the finished cases in the folder of the run, so that a CI system has them. Returns the lines to print. */
export async function renderKilledRun(folder: string, formats: readonly FormatId[]): Promise<string[]> {
  const message = 'Playwright was killed before the end of the run';
  if (!existsSync(join(folder, journalFile))) return [`${message}, and no case had finished`];
  const { result } = await findResult(folder);
  const { written } = await renderAll(result, folder, formats);
  return [message, ...renderSummary(result, written.html, createColours())];
}
