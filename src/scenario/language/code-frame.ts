/** Source lines around a place with a caret under it: what a person sees first when a scenario is wrong or fails. */
import type { Place } from './source-node.ts';

/** How emphasis is put on text; plain text by default. The terminal hands in its colours. */
export interface Paint {
  error(text: string): string;
  dim(text: string): string;
}
const same = (text: string): string => text;
export const noPaint: Paint = { error: same, dim: same };

export interface FrameOptions {
  /** Lines shown above and below; default 3. */
  around?: number;
  paint?: Paint;
}

const maxLineLength = 160;

/**
 * Lines `line - around` to `line + around` of `source`, numbered, the meant line marked and underlined.
 * A place outside of the source gives the nearest line, without underline.
 */
export function codeFrame(source: string, place: Place, { around = 3, paint = noPaint }: FrameOptions = {}): string {
  const lines = source.split(/\r\n|\r|\n/);
  const first = Math.max(1, Math.min(place.line, lines.length) - around);
  const last = Math.min(lines.length, place.line + around);
  const width = String(last).length;
  const gutter = (label: string, mark: string) => `${mark} ${label.padStart(width)} |`;
  const frame: string[] = [];
  for (let number = first; number <= last; number++) {
    const text = visible(lines[number - 1] ?? '').slice(0, maxLineLength);
    const meant = number === place.line;
    const start = gutter(String(number), meant ? '>' : ' ');
    frame.push(`${meant ? paint.error(start) : paint.dim(start)}${text && ` ${text}`}`);
    if (meant && place.column <= maxLineLength)
      frame.push(`${paint.dim(gutter('', ' '))} ${' '.repeat(place.column - 1)}${paint.error(carets(place, text))}`);
  }
  return frame.join('\n');
}

function carets({ column, endColumn = column + 1 }: Place, text: string): string {
  const end = Math.min(endColumn, text.length + 1);
  return '^'.repeat(Math.max(1, end - column));
}

/** Tabs and control characters take one column, so that the caret stands right and nothing reaches the terminal raw. */
const visible = (line: string): string => line.replace(/\p{Cc}/gu, ' ');
