import { expect, it } from 'vitest';
import { utf8 } from '#base/bytes.ts';
import { importSigningKey, sha256 } from '#protocol/crypto.ts';
import { findShort, signUntil, withFullLengths } from './ecdsa-lengths.ts';

const data = utf8('signed data');
const keyOf = (algorithm: 'ES256' | 'ES384') => {
  const secret = sha256('a key');
  return importSigningKey(algorithm, algorithm === 'ES384' ? new Uint8Array([...secret, ...secret.slice(16)]) : secret);
};

it.each(['ES256', 'ES384'] as const)('replaces a signature of %s whose r or s is short, and no other', (algorithm) => {
  const credentialKey = keyOf(algorithm);
  for (const name of ['r', 's'] as const) {
    const short = signUntil(credentialKey, data, (bytes) => findShort(algorithm, bytes)?.[name] === true);
    const full = withFullLengths(algorithm, short, { signed: data, credentialKey });
    expect(findShort(algorithm, full)).toEqual({ r: false, s: false });
    expect(withFullLengths(algorithm, full, { signed: data, credentialKey })).toBe(full);
  }
});

it('does not change signatures of other algorithms', () => {
  const credentialKey = importSigningKey('EdDSA', sha256('a key'));
  const signature = credentialKey.sign(data);
  expect(withFullLengths('EdDSA', signature, { signed: data, credentialKey })).toBe(signature);
});
