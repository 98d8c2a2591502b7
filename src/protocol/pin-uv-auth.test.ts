/** Tests protocol 1 with the vectors of python-fido2's tests, and protocol 2 with its definition. */
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { createCoseKey } from './cose.ts';
import { aes256CbcEncrypt, generateAgreementKey, hkdfSha256, hmacSha256, sha256 } from './crypto.ts';
import { computeSharedSecret, encodeKeyAgreementKey, pinUvAuthProtocols } from './pin-uv-auth.ts';

const fixed = (hex: string) => ({ deterministic: true, bytes: () => fromHex(hex) });
const platform = generateAgreementKey(fixed('7452e599fee739d8a653f6a507343d12d382249108a651402520b72f24fe7684'));
const devicePublic = createCoseKey({
  alg: -25,
  kty: 2,
  crv: 1,
  x: fromHex('0501d5bc78da9252560a26cb08fcc60cbe0b6d3b8e1d1fcee514fac0af675168'),
  y: fromHex('d551b3ed46f665731f95b4532939c25d91db7eb844bd96d4abd4083785f8df47'),
});

describe('PIN/UV auth protocol 1', () => {
  const one = pinUvAuthProtocols[1];
  const secret = fromHex('c42a039d548100dfba521e487debcbbb8b66bb7496f8b1862a7a395ed83e1a1c');

  it('computes the published shared secret', () => {
    expect(toHex(platform.publicKey.slice(1, 33))).toBe(
      '44d78d7989b97e62ea993496c9ef6e8fd58b8b00715f9a89153ddd9c4657e47f',
    );
    expect(toHex(computeSharedSecret(one, platform, devicePublic))).toBe(toHex(secret));
  });

  it('encrypts the PIN hash and decrypts the token as published', () => {
    expect(toHex(one.encrypt(secret, sha256('1234').slice(0, 16), systemRandom))).toBe(
      'afe8327ce416da8ee3d057589c2ce1a9',
    );
    expect(toHex(one.decrypt(secret, fromHex('7a9f98e31b77be90f9c64d12e9635040')))).toBe(
      'aff12c6dcfbf9df52f7a09211e8865cd',
    );
  });
});

it('PIN/UV auth protocol 2 derives two keys, and encrypts with a new IV each time', () => {
  const two = pinUvAuthProtocols[2];
  const z = platform.agree(
    concat(new Uint8Array([4]), devicePublic.get(-2) as Uint8Array, devicePublic.get(-3) as Uint8Array),
  );
  const deriveKey = (info: string) => hkdfSha256(z, new Uint8Array(32), info, 32);
  const [hmacKey, aesKey] = [deriveKey('CTAP2 HMAC key'), deriveKey('CTAP2 AES key')];
  const secret = computeSharedSecret(two, platform, devicePublic);
  expect(secret).toEqual(concat(hmacKey, aesKey));
  const message = new Uint8Array(32).fill(7);
  const ciphertext = two.encrypt(secret, message, seededRandom('iv'));
  expect(ciphertext.slice(16)).toEqual(aes256CbcEncrypt(aesKey, ciphertext.slice(0, 16), message));
  expect(two.authenticate(secret, message)).toEqual(hmacSha256(hmacKey, message));
  expect(two.encrypt(secret, message, systemRandom)).not.toEqual(two.encrypt(secret, message, systemRandom));
});

describe.each([1, 2] as const)('PIN/UV auth protocol %i', (version) => {
  const protocol = pinUvAuthProtocols[version];
  const [ours, theirs] = [generateAgreementKey(systemRandom), generateAgreementKey(systemRandom)];
  const secret = computeSharedSecret(protocol, ours, encodeKeyAgreementKey(theirs));
  const message = new Uint8Array(64).fill(3);

  it('decrypts and verifies messages of the other side', () => {
    const same = computeSharedSecret(protocol, theirs, encodeKeyAgreementKey(ours));
    expect(protocol.decrypt(same, protocol.encrypt(secret, message, systemRandom))).toEqual(message);
    const param = protocol.authenticate(secret, message);
    expect(param).toHaveLength(protocol.paramLength);
    expect(protocol.verify(same, message, param)).toBe(true);
    for (const wrong of [param.slice(1), param.map((byte) => byte ^ 1), new Uint8Array(0)])
      expect(protocol.verify(same, message, wrong)).toBe(false);
  });

  it.each([1, 15, 17, 33])('rejects a ciphertext of %i bytes', (length) => {
    expect(() => protocol.decrypt(secret, new Uint8Array(length))).toThrow(RangeError);
  });

  it.each([
    ['another alg', -7, 1, 32],
    ['another curve', -25, 2, 32],
    ['a coordinate that is too short', -25, 1, 31],
    ['a point off the curve', -25, 1, 32],
  ])('rejects a peer key with %s', (_title, alg, crv, length) => {
    const coordinate = new Uint8Array(length).fill(1);
    const peer = createCoseKey({ alg, kty: 2, crv, x: coordinate, y: coordinate });
    expect(() => computeSharedSecret(protocol, ours, peer)).toThrow(
      expect.objectContaining({ rule: 'pin.key-agreement' }),
    );
  });
});
