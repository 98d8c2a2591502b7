/** Texts of site files for tests. */
import type { Diagnostic } from '../diagnostics.ts';

/** A site file with a word `name` that has the given steps. */
export const withSteps = (...steps: string[]): string =>
  ['id: shop', 'url: https://shop.example', 'flow:', '  name:', ...steps.map((step) => `    - ${step}`)].join('\n');

/** A site file with other keys in its first lines. */
export const withKeys = (...keys: string[]): string => [...keys, 'id: shop', 'flow: {}'].join('\n');

/** `line:column message | hint` */
export const describeDiagnostic = ({ line, column, message, hint }: Diagnostic): string =>
  `${line}:${column} ${message}${hint ? ` | ${hint}` : ''}`;
