import { describe, expect, it, vi } from 'vitest';
import { importSigningKey } from '#protocol/crypto.ts';
import { cacheSignatures } from './signature-cache.ts';

const key = () => importSigningKey('ES256', new Uint8Array(32).fill(7), true);
const messages = Array.from({ length: 201 }, (_, index) => new Uint8Array([index >> 8, index]));

describe('rememberSignatures', () => {
  it('returns the signatures of the key, which signs the same data only once', () => {
    const original = key();
    const sign = vi.spyOn(original, 'sign');
    const cached = cacheSignatures(original);
    const [first = new Uint8Array(), second = new Uint8Array()] = messages;
    expect(cached.sign(first)).toEqual(key().sign(first));
    expect(cached.sign(second)).toEqual(key().sign(second));
    expect(cached.sign(first)).toEqual(key().sign(first));
    expect(sign).toHaveBeenCalledTimes(2);
    expect([cached.spki, cached.secret()]).toEqual([original.spki, original.secret()]);
  });

  it('returns a separate signature to each caller', () => {
    const cached = cacheSignatures(key());
    cached.sign(new Uint8Array(1)).fill(0);
    expect(cached.sign(new Uint8Array(1))).toEqual(key().sign(new Uint8Array(1)));
  });

  it('deletes the least recently used signature', () => {
    const original = { ...key(), sign: vi.fn((data: Uint8Array) => data) };
    const cached = cacheSignatures(original);
    for (const message of messages.slice(0, 200)) cached.sign(message);
    const [first = new Uint8Array(), second = new Uint8Array()] = messages;
    cached.sign(first);
    for (const message of messages.slice(200)) cached.sign(message);
    expect(original.sign).toHaveBeenCalledTimes(201);
    cached.sign(first);
    expect(original.sign).toHaveBeenCalledTimes(201);
    cached.sign(second);
    expect(original.sign).toHaveBeenCalledTimes(202);
  });
});
