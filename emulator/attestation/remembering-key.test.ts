import { describe, expect, it, vi } from 'vitest';
import { importSigningKey } from '#protocol/crypto.ts';
import { rememberSignatures } from './remembering-key.ts';

const key = () => importSigningKey('ES256', new Uint8Array(32).fill(7), true);
const messages = Array.from({ length: 201 }, (_, index) => new Uint8Array([index >> 8, index]));

describe('rememberSignatures', () => {
  it('signs as the key does, and the same data once only', () => {
    const original = key();
    const sign = vi.spyOn(original, 'sign');
    const remembering = rememberSignatures(original);
    const [first = new Uint8Array(), second = new Uint8Array()] = messages;
    expect(remembering.sign(first)).toEqual(key().sign(first));
    expect(remembering.sign(second)).toEqual(key().sign(second));
    expect(remembering.sign(first)).toEqual(key().sign(first));
    expect(sign).toHaveBeenCalledTimes(2);
    expect([remembering.spki, remembering.secret()]).toEqual([original.spki, original.secret()]);
  });

  it('returns a separate signature to each caller', () => {
    const remembering = rememberSignatures(key());
    remembering.sign(new Uint8Array(1)).fill(0);
    expect(remembering.sign(new Uint8Array(1))).toEqual(key().sign(new Uint8Array(1)));
  });

  it('deletes the least recently used signature', () => {
    const original = { ...key(), sign: vi.fn((data: Uint8Array) => data) };
    const remembering = rememberSignatures(original);
    for (const message of messages.slice(0, 200)) remembering.sign(message);
    const [first = new Uint8Array(), second = new Uint8Array()] = messages;
    remembering.sign(first);
    for (const message of messages.slice(200)) remembering.sign(message);
    expect(original.sign).toHaveBeenCalledTimes(201);
    remembering.sign(first);
    expect(original.sign).toHaveBeenCalledTimes(201);
    remembering.sign(second);
    expect(original.sign).toHaveBeenCalledTimes(202);
  });
});
