import { expect, test } from 'vitest';
import { hintFor, nearest } from './suggest.ts';

test('nearest returns the most similar word', () => {
  expect(nearest('enterPin', ['create-pin', 'enter-pin'])).toBe('enter-pin');
  expect(nearest('NotAlowedError', ['AbortError', 'NotAllowedError'])).toBe('NotAllowedError');
  expect(nearest('touch', ['review', 'name'])).toBeUndefined();
  expect(nearest('', ['a'])).toBeUndefined();
});

test('hintFor shows a long list only if there is no suggestion', () => {
  const many = Array.from({ length: 30 }, (_, n) => `word-${n}-${'x'.repeat(n)}`);
  expect(hintFor('word-1-y', many)).toBe('Did you mean "word-1-x"?');
  expect(hintFor('other', many)).toMatch(/^Allowed: word-0-, /);
  expect(hintFor('other', [])).toBeUndefined();
});
