/** The lines of a source file around a place, with a caret under the column. Pure; reading the file is the caller's. */

const linesAround = 3;

/**
 * Frame of `source` around `line` and `column` (from 1), or undefined when the file has no such line.
 * A caret beyond the end of its line stands behind the last character.
 */
export function codeFrame(source: string, { line, column }: { line: number; column: number }): string | undefined {
  const lines = source.replace(/\r?\n$/, '').split(/\r?\n/);
  const marked = lines[line - 1];
  if (marked === undefined) return undefined;
  const first = Math.max(1, line - linesAround);
  const last = Math.min(lines.length, line + linesAround);
  const width = String(last).length;
  const frame: string[] = [];
  for (let number = first; number <= last; number++) {
    const gutter = `${number === line ? '>' : ' '} ${String(number).padStart(width)} |`;
    frame.push(`${gutter} ${lines[number - 1]}`.trimEnd());
    if (number === line) frame.push(`  ${' '.repeat(width)} | ${caretIndent(marked, column)}^`);
  }
  return frame.join('\n');
}

/** Tabs stay tabs, so that the caret stands under its column however wide they are shown. */
const caretIndent = (line: string, column: number): string =>
  line.slice(0, Math.max(0, column - 1)).replace(/[^\t]/g, ' ');
