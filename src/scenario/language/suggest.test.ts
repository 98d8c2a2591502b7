import { expect, test } from 'vitest';
import { hintFor, nearest } from './suggest.ts';

test('the word that was meant', () => {
  expect(nearest('enterPin', ['create-pin', 'enter-pin'])).toBe('enter-pin');
  expect(nearest('NotAlowedError', ['AbortError', 'NotAllowedError'])).toBe('NotAllowedError');
  expect(nearest('touch', ['review', 'name'])).toBeUndefined();
  expect(nearest('', ['a'])).toBeUndefined();
});

test('a long list is shown only when there is no good guess', () => {
  const many = Array.from({ length: 30 }, (_, n) => `word-${n}-${'x'.repeat(n)}`);
  expect(hintFor('word-1-y', many)).toBe('did you mean "word-1-x"?');
  expect(hintFor('other', many)).toMatch(/^allowed here: word-0-, /);
  expect(hintFor('other', [])).toBeUndefined();
});
