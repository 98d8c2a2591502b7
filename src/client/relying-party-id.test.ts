import { describe, expect, test } from 'vitest';
import { AdjustableClock } from '#base/clock.ts';
import { resolveRelyingPartyId } from './relying-party-id.ts';

const clock = new AdjustableClock();

describe('resolveRelyingPartyId() accepts', () => {
  test.each([
    ['https://example.com', 'example.com'],
    ['https://login.example.com', 'example.com'],
    ['https://login.example.com', 'login.example.com'],
    ['https://a.b.login.example.com:8443', 'login.example.com'],
    ['https://www.example.co.uk', 'example.co.uk'],
    ['https://alice.github.io', 'alice.github.io'],
    ['https://github.io', 'github.io'],
    ['http://localhost', 'localhost'],
    ['http://localhost:3000', 'localhost'],
    ['http://app.localhost:3000', 'app.localhost'],
    ['https://intranet', 'intranet'],
    ['https://www.xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['https://www.bücher.example', 'bücher.example'],
    ['https://login.example.com', 'EXAMPLE.com'],
  ])('for %s the RP ID %s', async (origin, requested) => {
    expect(await resolveRelyingPartyId({ origin, clock }, requested)).toBe(requested);
  });

  test.each([
    ['https://login.example.com:8443', 'login.example.com'],
    ['http://localhost:3000', 'localhost'],
    ['https://bücher.example', 'xn--bcher-kva.example'],
  ])('no RP ID for %s, and returns %s', async (origin, expected) => {
    expect(await resolveRelyingPartyId({ origin, clock }, undefined)).toBe(expected);
  });
});

describe('resolveRelyingPartyId() rejects, as RP ID,', () => {
  test.each([
    ['another domain', 'https://example.com', 'example.org'],
    ['a longer domain', 'https://example.com', 'login.example.com'],
    ['a suffix that does not start at a label', 'https://myexample.com', 'example.com'],
    ['a top-level domain', 'https://example.com', 'com'],
    ['a public suffix', 'https://www.example.co.uk', 'co.uk'],
    ['a public suffix of the private section', 'https://alice.github.io', 'github.io'],
    ['a part of a public suffix', 'https://alice.github.io', 'io'],
    ['localhost for a name below it', 'http://app.localhost', 'localhost'],
    ['a port', 'https://example.com:8443', 'example.com:8443'],
    ['an origin', 'https://example.com', 'https://example.com'],
    ['an empty string', 'https://example.com', ''],
    ['an IP address', 'https://example.com', '127.0.0.1'],
    ['leading white space', 'https://example.com', ' example.com'],
  ])('%s', async (_case, origin, requested) => {
    const resolved = resolveRelyingPartyId({ origin, clock }, requested);
    await expect(resolved).rejects.toMatchObject({ name: 'SecurityError' });
  });
});

describe('resolveRelyingPartyId() rejects the origin', () => {
  test.each([
    ['https://127.0.0.1', 'SecurityError'],
    ['http://127.0.0.1:3000', 'SecurityError'],
    ['https://[::1]', 'SecurityError'],
    ['http://example.com', 'SecurityError'],
    ['null', 'NotAllowedError'],
    ['data:text/html,x', 'NotAllowedError'],
    ['', 'NotAllowedError'],
  ])('%s with %s', async (origin, name) => {
    for (const requested of [undefined, 'example.com'])
      await expect(resolveRelyingPartyId({ origin, clock }, requested)).rejects.toMatchObject({ name });
  });
});
