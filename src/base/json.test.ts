import { expect, it } from 'vitest';
import { isObject } from './json.ts';

it('isObject accepts only objects with named members', () => {
  expect([{}, { a: 1 }, null, [], 'text', 1, undefined].map(isObject)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
});
