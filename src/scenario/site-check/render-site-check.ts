/** The result of `touchstone site check` as text. */
import { codeFrame, noPaint, type Paint } from '#result/code-frame.ts';
import type { CheckedWord, SiteCheckResult } from './check-site-file.ts';
import type { SiteCheckFailure } from './describe-failure.ts';

export interface RenderOptions {
  /** Text of the site file. */
  text: string;
  /** Name of the site file. */
  file: string;
  /** Name of the file with the screenshot; undefined if there is none. */
  screenshot?: string | undefined;
  paint?: Paint;
}

/** Returns a line for each word, and the description of the failure if there is one. */
export function renderSiteCheck({ words, failure }: SiteCheckResult, options: RenderOptions): string {
  const lines = words.map((word) => renderWord(word, options.paint ?? noPaint));
  return [...lines, ...(failure ? ['', renderFailure(failure, options)] : [])].join('\n');
}

function renderWord({ word, verdict, durationMs, reason }: CheckedWord, { error, dim }: Paint): string {
  if (verdict === 'not-checked') return dim(`- ${word}: not checked, ${reason}`);
  const took = dim(`${(durationMs / 1000).toFixed(1)} s`);
  return verdict === 'passed' ? `✓ ${word} ${took}` : `${error(`✗ ${word}`)} ${took}`;
}

function renderFailure(failure: SiteCheckFailure, { text, file, screenshot, paint = noPaint }: RenderOptions): string {
  const { message, location, path, suggestions, tree } = failure;
  const frame = codeFrame(text, location, { around: 1, paint });
  const parts = [
    `${file}:${location.line}:${location.column}: ${paint.error(message)}`,
    ...(frame === undefined ? [] : [frame]),
    ...(suggestions.length > 0 ? ['', `Nearest on the page at ${path}:`, ...indent(suggestions)] : []),
    ...(tree === '' ? [] : ['', `Accessible tree of the page at ${path}:`, ...indent(tree.split('\n'))]),
    ...(screenshot === undefined ? [] : ['', `Screenshot: ${screenshot}`]),
  ];
  return parts.join('\n');
}

const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);
