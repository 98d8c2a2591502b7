/** The frame of an HTML report: one file with script, style and data that works from disk without network. */
import type { ReportBundle } from './bundle.ts';
import { escapeHtml } from './escape.ts';

export interface PageContent {
  title: string;
  /** HTML that is shown where scripts do not run. */
  noscript: string;
  /** Compressed data with the id of its element; the text has no character with a meaning in HTML. */
  data: Iterable<readonly [id: string, text: string]>;
}

/** Yields the page piece by piece, so that the whole text is never in memory. Pure. */
export function* renderPageFrame(
  { title, noscript, data }: PageContent,
  { script, style }: ReportBundle,
): Generator<string> {
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src 'self' file: data:; media-src 'self' file:; base-uri 'none'; form-action 'none'">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${style.replaceAll('</style', '<\\/style')}</style>
</head>
<body>
<div id="app"><noscript>${noscript}</noscript></div>
`;
  for (const [id, text] of data) yield dataElement(id, text);
  yield `<script>${script.replace(/<(?=\/script|!--)/gi, '\\x3C')}</script>
</body>
</html>
`;
}

/** The browser does not run a script of this type. */
const dataElement = (id: string, text: string): string => `<script type="text/plain" id="${id}">${text}</script>\n`;
