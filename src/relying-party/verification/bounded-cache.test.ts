import { describe, expect, it } from 'vitest';
import { BoundedCache } from './bounded-cache.ts';

describe('BoundedCache', () => {
  it('computes a value once, and deletes the least recently used one', () => {
    const computed: string[] = [];
    const cache = new BoundedCache<string>(2);
    const get = (key: string) =>
      cache.get(key, () => {
        computed.push(key);
        return `value of ${key}`;
      });
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) expect(get(key)).toBe(`value of ${key}`);
    expect(computed).toEqual(['a', 'b', 'c', 'b']);
  });

  it('does not cache a failure', () => {
    const cache = new BoundedCache<number>(2);
    const fail = () => {
      throw new Error('no');
    };
    expect(() => cache.get('a', fail)).toThrow('no');
    expect(cache.get('a', () => 1)).toBe(1);
  });
});
