/**
 * The HTML report: one file with program, style and data, which works from a disk without network. Screenshots are the
 * only thing outside, as relative links into the run's folder.
 */
import type { RunResult } from '#result/run-result.ts';
import { verdictMarks } from '../format.ts';
import { formats, type Renderer } from '../renderer.ts';
import { buildReportBundle, type ReportBundle } from './bundle.ts';
import { caseDetail, inReadingOrder, reportIndex } from './view-model.ts';

export const html: Renderer = {
  id: 'html',
  file: formats.html,
  render: async (result) => reportPage(result, await buildReportBundle()),
};

/** The page of `result` around a built program. Pure. */
export function reportPage(result: RunResult, { script, style }: ReportBundle): string {
  const details = inReadingOrder(result.cases).map((item, index) => data(`case-${index}`, caseDetail(item)));
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
${data('index', reportIndex(result))}
${details.join('\n')}
<script>${script.replace(/<(?=\/script|!--)/gi, '\\x3C')}</script>
</body>
</html>
`;
}

/** JSON in a script element: with every `<` escaped nothing in it can end the element or open a comment. */
const data = (id: string, value: unknown): string =>
  `<script type="application/json" id="${id}">${JSON.stringify(value).replaceAll('<', '\\u003c')}</script>`;

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
