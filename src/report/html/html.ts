/**
 * The HTML report: one file with script, style and data that works from disk without network. Only attachments are separate files,
 * with relative links into the run's folder.
 */
import type { RunResult } from '#result/run-result.ts';
import { verdictMarks } from '../format.ts';
import type { Renderer } from '../renderer.ts';
import { buildReportBundle, type ReportBundle } from './bundle.ts';
import { sortByUrgency, toCaseDetail, toReportIndex } from './view-model.ts';

export const renderHtml: Renderer = async (result) => renderPage(result, await buildReportBundle());

/** Returns the page of `result` with the given script and style. Pure. */
export function renderPage(result: RunResult, { script, style }: ReportBundle): string {
  const details = sortByUrgency(result.cases).map((item, index) => jsonElement(`case-${index}`, toCaseDetail(item)));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src 'self' file: data:; media-src 'self' file:; base-uri 'none'; form-action 'none'">
<title>${escapeHtml(`${verdictMarks[result.verdict]} ${result.verdict} · Touchstone ${result.run.id}`)}</title>
<link rel="icon" href="data:,">
<style>${style.replaceAll('</style', '<\\/style')}</style>
</head>
<body>
<div id="app"><noscript>This report needs JavaScript; <a href="summary.md">summary.md</a> and <a href="junit.xml">junit.xml</a> do not.</noscript></div>
${jsonElement('index', toReportIndex(result))}
${details.join('\n')}
<script>${script.replace(/<(?=\/script|!--)/gi, '\\x3C')}</script>
</body>
</html>
`;
}

/** Returns a script element with JSON. Every `<` is escaped, so that no value can end the element or open a comment. */
const jsonElement = (id: string, value: unknown): string =>
  `<script type="application/json" id="${id}">${JSON.stringify(value).replaceAll('<', '\\u003c')}</script>`;

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
