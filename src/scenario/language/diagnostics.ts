/** What is wrong in a scenario, all at once: place, sentence, hint; and how that reads in a terminal. */
import { codeFrame, noPaint, type Paint } from '#result/code-frame.ts';
import type { Place } from './source-node.ts';

export interface Diagnostic extends Place {
  /** What is wrong: what was found and what was wanted. */
  message: string;
  /** "did you mean ...?", "allowed here: ...", or where else to look. */
  hint?: string;
}

export const diagnostic = ({ file, line, column, endColumn }: Place, message: string, hint?: string): Diagnostic => ({
  file,
  line,
  column,
  ...(endColumn === undefined ? {} : { endColumn }),
  message,
  ...(hint === undefined ? {} : { hint }),
});

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** In the order of files and lines, each said once: a file that many cases come from is read once by people too. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const unique = new Map(diagnostics.map((one) => [[one.file, one.line, one.column, one.message].join('\0'), one]));
  return [...unique.values()].toSorted(
    (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.message, b.message),
  );
}

/** `file:line:col` as editors and terminals make it clickable. */
const position = ({ file, line, column }: Place): string => `${file}:${line}:${column}`;

export interface RenderOptions {
  /** Text of each file by its name in the diagnostics, for the source lines. */
  sources: ReadonlyMap<string, string>;
  paint?: Paint;
}

/** Every diagnostic with its source line, and the count at the end. Empty for no diagnostics. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  { sources, paint = noPaint }: RenderOptions,
): string {
  if (diagnostics.length === 0) return '';
  const blocks = diagnostics.map((one) => {
    const source = sources.get(one.file);
    const lines = [`${position(one)}: ${paint.error(one.message)}`];
    const frame = source === undefined ? undefined : codeFrame(source, one, { around: 0, paint });
    if (frame !== undefined) lines.push(frame);
    if (one.hint !== undefined) lines.push(`    ${one.hint}`);
    return lines.join('\n');
  });
  return `${[...blocks, `${diagnostics.length} ${diagnostics.length === 1 ? 'error' : 'errors'}`].join('\n\n')}\n`;
}
