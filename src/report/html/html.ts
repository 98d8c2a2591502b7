/**
 * The HTML report: one file with script, style and data that works from disk without network. Only attachments are separate files,
 * with relative links into the run's folder.
 */
import type { RunResult } from '#result/run-result.ts';
import { verdictMarks } from '../format.ts';
import { buildReportBundle, type ReportBundle } from './bundle.ts';
import { embedData } from './embedded-data.ts';
import { chunkId, indexId } from './read-embedded-data.ts';

/** Yields the page piece by piece, so that the whole text is never in memory. */
export async function* renderHtml(result: RunResult): AsyncGenerator<string> {
  yield* renderPage(result, await buildReportBundle());
}

/** Yields the page of `result` with the given script and style. Pure. */
export function* renderPage(result: RunResult, { script, style }: ReportBundle): Generator<string> {
  const { index, chunks } = embedData(result);
  yield head(result, style);
  yield dataElement(indexId, index);
  let number = 0;
  for (const chunk of chunks) yield dataElement(chunkId(number++), chunk);
  yield `<script>${script.replace(/<(?=\/script|!--)/gi, '\\x3C')}</script>
</body>
</html>
`;
}

const head = ({ verdict, run }: RunResult, style: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src 'self' file: data:; media-src 'self' file:; base-uri 'none'; form-action 'none'">
<title>${escapeHtml(`${verdictMarks[verdict]} ${verdict} · Touchstone ${run.id}`)}</title>
<link rel="icon" href="data:,">
<style>${style.replaceAll('</style', '<\\/style')}</style>
</head>
<body>
<div id="app"><noscript>This report needs JavaScript; <a href="summary.md">summary.md</a> and <a href="junit.xml">junit.xml</a> do not.</noscript></div>
`;

/** The browser does not run a script of this type. The text has no character with a meaning in HTML. */
const dataElement = (id: string, text: string): string => `<script type="text/plain" id="${id}">${text}</script>\n`;

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
