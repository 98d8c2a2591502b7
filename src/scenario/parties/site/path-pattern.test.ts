import { describe, expect, it } from 'vitest';
import { matchesPath, matchesRequest } from './path-pattern.ts';

describe('matchesPath', () => {
  it.each([
    ['/account', '/account', true],
    ['/account', '/account/', false],
    ['/account', '/accounts', false],
    ['/users/*/edit', '/users/7/edit', true],
    ['/users/*/edit', '/users/7/8/edit', false],
    ['/users/**', '/users/7/8/edit', true],
    ['/a.b+c', '/a.b+c', true],
    ['/a.b', '/axb', false],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(matchesPath(pattern, path)).toBe(expected);
  });
});

describe('matchesRequest', () => {
  const origin = 'https://shop.example';
  it.each([
    ['POST /api/*', 'POST', `${origin}/api/options?x=1`, true],
    ['POST /api/*', 'GET', `${origin}/api/options`, false],
    ['POST /api/*', 'POST', 'https://other.example/api/options', false],
    ['POST https://api.shop.example/*', 'POST', 'https://api.shop.example/options', true],
    ['POST https://api.shop.example/*', 'POST', `${origin}/options`, false],
  ])('%s and %s %s: %s', (pattern, method, url, expected) => {
    expect(matchesRequest(pattern, method, url, origin)).toBe(expected);
  });
});
