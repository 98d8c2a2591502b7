/** Errors and warnings about scenario files: location, message and hint; and their format in a terminal. */
import { codeFrame, noPaint, type Paint } from '#result/code-frame.ts';
import type { Place } from './source-node.ts';

export interface Diagnostic extends Place {
  /** What was expected and what was found. */
  message: string;
  /** `Did you mean ...?`, `Allowed: ...`, or another location. */
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

/** Sorts by file and line and removes duplicates, because every case of a file reports the same error. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const unique = new Map(diagnostics.map((one) => [[one.file, one.line, one.column, one.message].join('\0'), one]));
  return [...unique.values()].toSorted(
    (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.message, b.message),
  );
}

/** `file:line:column`, which editors and terminals turn into a link. */
const position = ({ file, line, column }: Place): string => `${file}:${line}:${column}`;

export interface RenderOptions {
  /** Text of each file by its name in the diagnostics. */
  sources: ReadonlyMap<string, string>;
  paint?: Paint;
}

/** Returns every diagnostic with its source line, and their number at the end. Empty if there are none. */
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

/** Returns one line for each warning. */
export const renderWarnings = (warnings: readonly Diagnostic[]): string[] =>
  warnings.map((warning) => `${position(warning)}: ${warning.message}`);
