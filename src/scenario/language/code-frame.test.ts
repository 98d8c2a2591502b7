import { expect, test } from 'vitest';
import { codeFrame } from './code-frame.ts';

const source = Array.from({ length: 12 }, (_, n) => `line ${n + 1}`).join('\n');

test('three lines above and below, the meant one marked and underlined', () => {
  expect(codeFrame(source, { file: 'a', line: 9, column: 1, endColumn: 5 })).toBe(
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

test('at the edges of the file, and beyond them, there is a frame all the same', () => {
  expect(codeFrame('a\r\nb', { file: 'a', line: 1, column: 2 })).toBe('> 1 | a\n    |  ^\n  2 | b');
  expect(codeFrame('a', { file: 'a', line: 9, column: 1 }, { around: 0 })).toBe('  1 | a');
  expect(codeFrame('', { file: 'a', line: 1, column: 1 })).toBe('> 1 |\n    | ^');
});

test('control characters do not reach the terminal, long lines are cut', () => {
  expect(codeFrame('\u001b[31m\tx', { file: 'a', line: 1, column: 7 })).toBe('> 1 |  [31m x\n    |       ^');
  expect(codeFrame('x'.repeat(500), { file: 'a', line: 1, column: 400 }).split('\n')[0]).toHaveLength(166);
});
