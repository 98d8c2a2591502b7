/** A page without script that works offline: the comparison of two runs, and the history of a project. Pure. */
import { escapeHtml } from '../html/escape.ts';

const style = `
:root { color-scheme: light dark; --text: light-dark(#1d1c1a, #ecebe6); --muted: light-dark(#605d56, #a8a59b);
  --line: light-dark(#e3e0d8, #2d2c29); --surface: light-dark(#fff, #1a1a18); --bad: light-dark(#bf2f1f, #ff7d6b);
  --good: light-dark(#18784a, #4fc48c); --open: light-dark(#8a5a00, #e7b65c); --link: light-dark(#1f5fae, #83b4f2); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 2rem 1rem; color: var(--text); background: var(--surface);
  font: 14px/1.5 ui-sans-serif, system-ui, "Segoe UI", "Noto Sans", Arial, sans-serif; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .35rem .6rem; text-align: left; border-bottom: 1px solid var(--line); vertical-align: middle; }
th { color: var(--muted); font-weight: 600; } .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .9em; overflow-wrap: anywhere; }
.names { display: flex; flex-wrap: wrap; gap: .2rem 1.6rem; color: var(--muted); } .names b { color: var(--text); } .nowrap { white-space: nowrap; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 28rem), 1fr)); gap: 0 2rem; } .charts h3 { font-size: .95rem; margin-bottom: .3rem; }
.charts svg { width: 100%; height: auto; }
.muted { color: var(--muted); } .bad { color: var(--bad); } .good { color: var(--good); } .open { color: var(--open); }
svg text { fill: var(--muted); font-size: 11px; } svg { display: block; }
@media print { body { max-width: none; padding: 0; } }
`;

export interface StaticPage {
  title: string;
  /** Contents of the page as HTML. */
  body: string;
}

/** Returns the page. Nothing is loaded from anywhere, and no script can run. */
export const renderStaticPage = ({ title, body }: StaticPage): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`;

export interface HtmlCell {
  html: string;
  isNumber?: boolean;
}

export const textCell = (text: string, className?: string): HtmlCell => ({
  html: className === undefined ? escapeHtml(text) : `<span class="${className}">${escapeHtml(text)}</span>`,
});
export const numberCell = (text: string): HtmlCell => ({ html: escapeHtml(text), isNumber: true });

/** Returns a table that scrolls when it is wider than the page. */
export function htmlTable(caption: string, head: readonly string[], rows: readonly (readonly HtmlCell[])[]): string {
  const cellTag = ({ html, isNumber }: HtmlCell) => `<td${isNumber ? ' class="number"' : ''}>${html}</td>`;
  const body = rows.map((cells) => `<tr>${cells.map(cellTag).join('')}</tr>`).join('\n');
  const titles = head.map((title) => `<th scope="col">${escapeHtml(title)}</th>`).join('');
  // A region that scrolls must be reachable with the keyboard.
  return `<div class="scroll" role="region" aria-label="${escapeHtml(caption)}" tabindex="0"><table><thead><tr>${titles}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}
