import { describe, expect, test } from 'vitest';
import { allowlistOf, matches } from './frame-policy.ts';

const feature = 'publickey-credentials-get';

describe('allowlistOf', () => {
  test.each<[string, string[] | undefined]>([
    ['', undefined],
    ['camera; microphone *', undefined],
    ['publickey-credentials-get-more *', undefined],
    ['publickey-credentials-get', ["'src'"]],
    ["camera 'self';  Publickey-Credentials-Get   https://a.example  'self' ", ['https://a.example', "'self'"]],
    ["publickey-credentials-get 'none'; publickey-credentials-get *", ["'none'"]],
  ])('reads the first directive of the feature: %s', (allow, expected) => {
    expect(allowlistOf(allow, feature)).toEqual(expected);
  });
});

describe('matches', () => {
  const frame = { origin: 'https://rp.example', parentOrigin: 'https://shop.example', src: 'https://rp.example/page' };

  test.each([
    ['*', true],
    ["'src'", true],
    ['https://rp.example', true],
    ['https://rp.example:443/path', true],
    ["'self'", false],
    ["'none'", false],
    ['https://other.example', false],
    ['http://rp.example', false],
    ['not an origin', false],
  ])('compares the frame with %s: %s', (item, expected) => {
    expect(matches([item], frame)).toBe(expected);
  });

  test('one matching item is enough', () => {
    expect(matches(["'self'", 'https://rp.example'], frame)).toBe(true);
  });

  test('a frame that has left its source has no permission by it', () => {
    expect(matches(["'src'"], { ...frame, origin: 'https://elsewhere.example' })).toBe(false);
  });

  test('a frame without a source has the origin of its parent', () => {
    expect(matches(["'src'"], { origin: frame.parentOrigin, parentOrigin: frame.parentOrigin, src: '' })).toBe(true);
  });

  test('an opaque origin matches only *', () => {
    expect(matches(["'src'", "'self'"], { origin: 'null', parentOrigin: 'null', src: '' })).toBe(false);
    expect(matches(['*'], { origin: 'null', parentOrigin: 'null', src: '' })).toBe(true);
  });
});
