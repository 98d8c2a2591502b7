import { describe, expect, it } from 'vitest';
import { utf8 } from '#base/bytes.ts';
import { sha256, verifySignature } from './crypto.ts';
import { curveGenerator, signDeterministic, signWithConstantNonce } from './deterministic-ecdsa.ts';

/** The private key of the generator is 1. */
const scalar = new Uint8Array(32).fill(1, 31);
const rOf = (signature: Uint8Array): string =>
  Buffer.from(signature.subarray(4, 4 + (signature[3] ?? 0))).toString('hex');

describe('a signature with a constant nonce', () => {
  const [first, second] = ['first', 'second'].map((text) => signWithConstantNonce(sha256(text), scalar)) as [
    Uint8Array,
    Uint8Array,
  ];

  it('is valid', () => {
    expect(verifySignature(curveGenerator, utf8('first'), first)).toBe(true);
    expect(verifySignature(curveGenerator, utf8('second'), first)).toBe(false);
  });

  it('has the same r as that of other data', () => {
    expect(rOf(first)).toBe(rOf(second));
  });
});

describe('a deterministic signature', () => {
  it('has another r for other data, and the same bytes for the same data', () => {
    const sign = (text: string) => signDeterministic('ES256', utf8(text), scalar);
    expect(rOf(sign('first'))).not.toBe(rOf(sign('second')));
    expect(sign('first')).toEqual(sign('first'));
    expect(verifySignature(curveGenerator, utf8('first'), sign('first'))).toBe(true);
  });
});
