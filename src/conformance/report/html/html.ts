/** The HTML report of a conformance run: one file with script, style and data that works from disk without network. */
import { fileURLToPath } from 'node:url';
import { buildReportBundle, type ReportBundle, type ReportPage } from '#report/html/bundle.ts';
import { renderPageFrame } from '#report/html/page.ts';
import { indexId } from '#report/html/read-embedded-data.ts';
import { headlineOf } from '../headline.ts';
import type { ConformanceReport } from '../report-model.ts';
import { embedReport } from './embedded-report.ts';

const ofRuns = '../../../../report/html/app';

/** Most of the style is that of the report of a run. */
export const conformancePage: ReportPage = {
  name: 'conformance-report',
  appFolder: fileURLToPath(new URL('./app/', import.meta.url)),
  styleSheets: [
    ...['base', 'header', 'cases', 'detail', 'wire', 'overview', 'print'].map((name) => `${ofRuns}/${name}.css`),
    'conformance.css',
    'print.css',
  ],
};

export async function* renderHtml(report: ConformanceReport): AsyncGenerator<string> {
  yield* renderPage(report, await buildReportBundle(conformancePage));
}

/** Yields the page with the given script and style. Pure. */
function renderPage(report: ConformanceReport, bundle: ReportBundle): Generator<string> {
  const { mark, text } = headlineOf(report);
  const names = report.targets.map(({ name }) => name).join(', ');
  const title = `${mark} ${text} · ${names} · Touchstone`;
  const noscript =
    'This report needs JavaScript; <a href="junit.xml">junit.xml</a> and <a href="result.json">result.json</a> do not.';
  return renderPageFrame({ title, noscript, data: embedReport(report, indexId) }, bundle);
}
