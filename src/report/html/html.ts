/** The HTML report of a run. Only attachments are separate files, with relative links into the run's folder. */
import { fileURLToPath } from 'node:url';
import type { RunResult } from '#result/run-result.ts';
import { exceededBudgets, verdictMarks } from '../format.ts';
import { buildReportBundle, type ReportBundle, type ReportPage } from './bundle.ts';
import { embedData } from './embedded-data.ts';
import { renderPageFrame } from './page.ts';
import { chunkId, indexId } from './read-embedded-data.ts';

export const runPage: ReportPage = {
  name: 'report',
  appFolder: fileURLToPath(new URL('./app/', import.meta.url)),
  styleSheets: [
    'base.css',
    'header.css',
    'cases.css',
    'detail.css',
    'waterfall.css',
    'wire.css',
    'overview.css',
    'print.css',
  ],
};

/** Yields the page piece by piece, so that the whole text is never in memory. */
export async function* renderHtml(result: RunResult): AsyncGenerator<string> {
  yield* renderPage(result, await buildReportBundle(runPage));
}

/** Yields the page of `result` with the given script and style. Pure. */
export function renderPage(result: RunResult, bundle: ReportBundle): Generator<string> {
  const { verdict, run } = result;
  const isExceeded = exceededBudgets(result).length > 0;
  const headline = isExceeded ? `${verdictMarks.failed} budget exceeded` : `${verdictMarks[verdict]} ${verdict}`;
  const title = `${headline} · Touchstone ${run.id}`;
  const noscript =
    'This report needs JavaScript; <a href="summary.md">summary.md</a> and <a href="junit.xml">junit.xml</a> do not.';
  return renderPageFrame({ title, noscript, data: dataOf(result) }, bundle);
}

function* dataOf(result: RunResult): Generator<[id: string, text: string]> {
  const { index, chunks } = embedData(result);
  yield [indexId, index];
  let number = 0;
  for (const chunk of chunks) yield [chunkId(number++), chunk];
}
