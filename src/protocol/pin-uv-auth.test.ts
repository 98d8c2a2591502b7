/** PIN/UV auth protocols: protocol 1 against the vectors of python-fido2's tests, protocol 2 against its definition. */
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { coseKey } from './cose.ts';
import { aes256CbcEncrypt, generateAgreementKey, hkdfSha256, hmacSha256, sha256 } from './crypto.ts';
import { keyAgreementCose, pinUvAuthProtocols, sharedSecret } from './pin-uv-auth.ts';

const fixed = (hex: string) => ({ deterministic: true, bytes: () => fromHex(hex) });
const platform = generateAgreementKey(fixed('7452e599fee739d8a653f6a507343d12d382249108a651402520b72f24fe7684'));
const devicePublic = coseKey(
  -25,
  2,
  1,
  fromHex('0501d5bc78da9252560a26cb08fcc60cbe0b6d3b8e1d1fcee514fac0af675168'),
  fromHex('d551b3ed46f665731f95b4532939c25d91db7eb844bd96d4abd4083785f8df47'),
);

describe('protocol 1', () => {
  const one = pinUvAuthProtocols[1];
  const secret = fromHex('c42a039d548100dfba521e487debcbbb8b66bb7496f8b1862a7a395ed83e1a1c');

  it('agrees on the published secret', () => {
    expect(toHex(platform.publicKey.slice(1, 33))).toBe(
      '44d78d7989b97e62ea993496c9ef6e8fd58b8b00715f9a89153ddd9c4657e47f',
    );
    expect(toHex(sharedSecret(one, platform, devicePublic))).toBe(toHex(secret));
  });

  it('encrypts PIN hash and token as published', () => {
    expect(toHex(one.encrypt(secret, sha256('1234').slice(0, 16), systemRandom))).toBe(
      'afe8327ce416da8ee3d057589c2ce1a9',
    );
    expect(toHex(one.decrypt(secret, fromHex('7a9f98e31b77be90f9c64d12e9635040')))).toBe(
      'aff12c6dcfbf9df52f7a09211e8865cd',
    );
  });
});

it('protocol 2 derives two keys, and puts a fresh IV in front', () => {
  const two = pinUvAuthProtocols[2];
  const z = platform.agree(
    concat(new Uint8Array([4]), devicePublic.get(-2) as Uint8Array, devicePublic.get(-3) as Uint8Array),
  );
  const [hmacKey, aesKey] = ['CTAP2 HMAC key', 'CTAP2 AES key'].map((info) =>
    hkdfSha256(z, new Uint8Array(32), info, 32),
  );
  const secret = sharedSecret(two, platform, devicePublic);
  expect(secret).toEqual(concat(hmacKey!, aesKey!));
  const message = new Uint8Array(32).fill(7);
  const ciphertext = two.encrypt(secret, message, seededRandom('iv'));
  expect(ciphertext.slice(16)).toEqual(aes256CbcEncrypt(aesKey!, ciphertext.slice(0, 16), message));
  expect(two.authenticate(secret, message)).toEqual(hmacSha256(hmacKey!, message));
  expect(two.encrypt(secret, message, systemRandom)).not.toEqual(two.encrypt(secret, message, systemRandom));
});

describe.each([1, 2] as const)('protocol %i', (version) => {
  const protocol = pinUvAuthProtocols[version];
  const [ours, theirs] = [generateAgreementKey(systemRandom), generateAgreementKey(systemRandom)];
  const secret = sharedSecret(protocol, ours, keyAgreementCose(theirs));
  const message = new Uint8Array(64).fill(3);

  it('both sides decrypt and verify what the other made', () => {
    const same = sharedSecret(protocol, theirs, keyAgreementCose(ours));
    expect(protocol.decrypt(same, protocol.encrypt(secret, message, systemRandom))).toEqual(message);
    const param = protocol.authenticate(secret, message);
    expect(param).toHaveLength(protocol.paramLength);
    expect(protocol.verify(same, message, param)).toBe(true);
    for (const wrong of [param.slice(1), param.map((byte) => byte ^ 1), new Uint8Array(0)])
      expect(protocol.verify(same, message, wrong)).toBe(false);
  });

  it.each([1, 15, 17, 33])('does not decrypt %i bytes', (length) => {
    expect(() => protocol.decrypt(secret, new Uint8Array(length))).toThrow(RangeError);
  });

  it.each([
    ['another alg', -7, 1, 32],
    ['another curve', -25, 2, 32],
    ['a short coordinate', -25, 1, 31],
    ['a point off the curve', -25, 1, 32],
  ])('refuses %s', (_title, alg, crv, length) => {
    const coordinate = new Uint8Array(length).fill(1);
    const peer = coseKey(alg, 2, crv, coordinate, coordinate);
    expect(() => sharedSecret(protocol, ours, peer)).toThrow(expect.objectContaining({ rule: 'pin.key-agreement' }));
  });
});
