import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '#base/bytes.ts';
import { ccdToString, hashClientData, serializeClientData } from './client-data.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const challenge = fromHex('00ff10');

describe('client data serialization', () => {
  const origin = 'https://example.com';
  test.each([
    [
      'create()',
      { type: 'webauthn.create', crossOrigin: false },
      'webauthn.create","challenge":"AP8Q","origin":"https://example.com","crossOrigin":false}',
    ],
    [
      'get()',
      { type: 'webauthn.get', crossOrigin: false },
      'webauthn.get","challenge":"AP8Q","origin":"https://example.com","crossOrigin":false}',
    ],
    [
      'a cross-origin frame',
      { type: 'webauthn.get', crossOrigin: true },
      'webauthn.get","challenge":"AP8Q","origin":"https://example.com","crossOrigin":true}',
    ],
    [
      'a cross-origin frame with a known top origin',
      { type: 'webauthn.create', crossOrigin: true, topOrigin: 'https://top.example' },
      'webauthn.create","challenge":"AP8Q","origin":"https://example.com","crossOrigin":true,"topOrigin":"https://top.example"}',
    ],
    [
      'a top origin equal to the origin',
      { type: 'webauthn.create', crossOrigin: false, topOrigin: 'https://example.com' },
      'webauthn.create","challenge":"AP8Q","origin":"https://example.com","crossOrigin":false}',
    ],
  ] as const)('serializes the client data of %s', (_case, changes, rest) => {
    expect(text(serializeClientData({ challenge, origin, ...changes }))).toBe(`{"type":"${rest}`);
  });

  test('hashClientData() returns the SHA-256 hash of the bytes', () => {
    const json = serializeClientData({ type: 'webauthn.create', challenge, origin, crossOrigin: false });
    expect(toHex(hashClientData(json))).toBe('280e85d3a38f9924f157dfe5b6f1e8f0278dc8656fc9da281faae9d3315708be');
  });
});

test.each([
  ['plain', '"plain"'],
  ['quote " and \\ backslash', '"quote \\" and \\\\ backslash"'],
  ['\u0000\u0009\u000a\u001f', '"\\u0000\\u0009\\u000a\\u001f"'],
  ['slash / stays, as do \u007f, ü and 😀', '"slash / stays, as do \u007f, ü and 😀"'],
])('ccdToString() escapes %j', (given, expected) => {
  expect(ccdToString(given)).toBe(expected);
});
