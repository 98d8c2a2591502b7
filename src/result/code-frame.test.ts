import { describe, expect, test } from 'vitest';
import { codeFrame } from './code-frame.ts';

const source = Array.from({ length: 12 }, (_, n) => `line ${n + 1}`).join('\n');

describe('code frame', () => {
  test('shows three lines above and below, and marks and underlines the line of the place', () => {
    expect(codeFrame(source, { line: 9, column: 1, endColumn: 5 })).toBe(
      [
        '   6 | line 6',
        '   7 | line 7',
        '   8 | line 8',
        '>  9 | line 9',
        '     | ^^^^',
        '  10 | line 10',
        '  11 | line 11',
        '  12 | line 12',
      ].join('\n'),
    );
  });

  test('shows fewer lines at the start and end of the file', () => {
    expect(codeFrame('a\r\nb', { line: 1, column: 2 })).toBe('> 1 | a\n    |  ^\n  2 | b');
    expect(codeFrame('', { line: 1, column: 1 })).toBe('> 1 |\n    | ^');
  });

  test('leaves out the empty line after the last line break unless the place is there', () => {
    expect(codeFrame('a\n', { line: 1, column: 1 })).toBe('> 1 | a\n    | ^');
    expect(codeFrame('a\n', { line: 2, column: 1 })).toBe('  1 | a\n> 2 |\n    | ^');
  });

  test('is undefined for a line that the file does not have', () => {
    expect(codeFrame('one\n', { line: 9, column: 1 })).toBeUndefined();
    expect(codeFrame('one\n', { line: 0, column: 1 })).toBeUndefined();
  });

  test('replaces control characters and cuts long lines', () => {
    expect(codeFrame('\u001b[31m\tx', { line: 1, column: 7 })).toBe('> 1 |  [31m x\n    |       ^');
    expect(codeFrame('x'.repeat(500), { line: 1, column: 400 })?.split('\n')[0]).toHaveLength(166);
  });
});
