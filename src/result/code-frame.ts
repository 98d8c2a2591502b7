/** Source lines around a place in a file, with carets under it: shown where a scenario is wrong or fails. Pure; the caller reads the file. */

/** A place in a text; line and columns count from 1. */
export interface CodeFramePlace {
  line: number;
  column: number;
  /** Column after the last underlined one; default `column + 1`. */
  endColumn?: number;
}

/** How parts of the frame are coloured; plain text by default. */
export interface Paint {
  error(text: string): string;
  dim(text: string): string;
}
const unchanged = (text: string): string => text;
export const noPaint: Paint = { error: unchanged, dim: unchanged };

export interface CodeFrameOptions {
  /** Lines shown above and below; default 3. */
  around?: number;
  paint?: Paint;
}

const maxLineLength = 160;

/**
 * Returns the lines `line - around` to `line + around` of `source` with their numbers, the line of `place` marked with `>` and
 * underlined; undefined when `source` has no such line.
 */
export function codeFrame(
  source: string,
  place: CodeFramePlace,
  { around = 3, paint = noPaint }: CodeFrameOptions = {},
): string | undefined {
  const lines = linesOf(source, place.line);
  if (place.line < 1 || place.line > lines.length) return undefined;
  const first = Math.max(1, place.line - around);
  const last = Math.min(lines.length, place.line + around);
  const width = String(last).length;
  const gutter = (label: string, mark: string) => `${mark} ${label.padStart(width)} |`;
  const frame: string[] = [];
  for (const [offset, line] of lines.slice(first - 1, last).entries()) {
    const number = first + offset;
    const text = replaceControlCharacters(line).slice(0, maxLineLength);
    const isMarked = number === place.line;
    const start = gutter(String(number), isMarked ? '>' : ' ');
    frame.push(`${isMarked ? paint.error(start) : paint.dim(start)}${text && ` ${text}`}`);
    if (isMarked && place.column <= maxLineLength)
      frame.push(`${paint.dim(gutter('', ' '))} ${' '.repeat(place.column - 1)}${paint.error(carets(place, text))}`);
  }
  return frame.join('\n');
}

/** The line break at the end of a file starts no line, except when the place is there. */
function linesOf(source: string, line: number): string[] {
  const lines = source.split(/\r\n|\r|\n/);
  return lines.length > Math.max(1, line) && lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function carets({ column, endColumn = column + 1 }: CodeFramePlace, text: string): string {
  const end = Math.min(endColumn, text.length + 1);
  return '^'.repeat(Math.max(1, end - column));
}

/** Tabs and control characters become one space each: the caret stays under its column and no control sequence reaches the terminal. */
const replaceControlCharacters = (line: string): string => line.replace(/\p{Cc}/gu, ' ');
