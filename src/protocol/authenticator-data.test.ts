import { describe, expect, it } from 'vitest';
import { concat, uint } from '#base/bytes.ts';
import { encodeAuthenticatorData, flag, parseAuthenticatorData } from './authenticator-data.ts';
import { encode } from './cbor.ts';
import { createCoseKey } from './cose.ts';

const rpIdHash = new Uint8Array(32).fill(9);
const x = new Uint8Array(32).fill(1);
const attestedCredentialData = {
  aaguid: new Uint8Array(16).fill(2),
  credentialId: new Uint8Array(64).fill(3),
  credentialPublicKey: encode(createCoseKey({ alg: -7, kty: 2, crv: 1, x, y: x })),
};
const extensions = new Map([['credProtect', 2]]);
const base = { rpIdHash, flags: flag.UP | flag.UV, signCount: 0x01020304 };

it.each([
  ['neither credential nor extensions', {}, 0],
  ['a credential', { attestedCredentialData }, flag.AT],
  ['extensions', { extensions }, flag.ED],
  ['both', { attestedCredentialData, extensions }, flag.AT | flag.ED],
])('parses encoded authenticator data with %s', (_title, more, added) => {
  const parsed = parseAuthenticatorData(encodeAuthenticatorData({ ...base, ...more }));
  expect(parsed).toMatchObject({ ...base, ...more, flags: base.flags | added });
  expect(parsed.credentialPublicKey !== undefined).toBe('attestedCredentialData' in more);
});

describe('parseAuthenticatorData', () => {
  const whole = encodeAuthenticatorData({ ...base, attestedCredentialData, extensions });
  const edited = (at: number, ...bytes: number[]) => {
    const copy = whole.slice();
    copy.set(bytes, at);
    return copy;
  };
  it.each<[string, string, Uint8Array]>([
    ['an empty input', 'authdata.length', new Uint8Array(0)],
    ['36 bytes', 'authdata.length', whole.slice(0, 36)],
    ['AT without data', 'authdata.length', encodeAuthenticatorData({ ...base, flags: flag.AT })],
    ['a truncated credential id', 'authdata.length', whole.slice(0, 100)],
    ['a credential id of 1024 bytes', 'authdata.credential-id', edited(53, 0x04, 0x00)],
    ['a truncated public key', 'cbor.truncated', whole.slice(0, 130)],
    ['a public key that is not a map', 'authdata.credentialPublicKey', edited(119, 0x00)],
    ['extra bytes at the end', 'authdata.trailing', concat(whole, uint(0, 1))],
    ['extensions without ED', 'authdata.trailing', edited(32, base.flags | flag.AT)],
    ['ED without extensions', 'cbor.truncated', encodeAuthenticatorData({ ...base, flags: flag.ED })],
  ])('rejects %s with rule %s', (_title, rule, bytes) => {
    expect(() => parseAuthenticatorData(bytes)).toThrow(expect.objectContaining({ rule }));
  });
});
