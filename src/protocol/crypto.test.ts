/** Tests with published vectors: RFC 5869, 6979, 8032. */
import { hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex, utf8 } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { type CoseAlgorithm, coseAlgorithms, createCoseKey, parseCoseKey } from './cose.ts';
import {
  aes256GcmDecrypt,
  aes256GcmEncrypt,
  derivePrivateKey,
  generateAgreementKey,
  generateSigningKey,
  hkdfSha256,
  importSigningKey,
  sameBytes,
  verifySignature,
} from './crypto.ts';
import * as der from './der.ts';

describe('hkdfSha256', () => {
  it('computes RFC 5869 test case 3', () => {
    const okm = '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8';
    expect(toHex(hkdfSha256(new Uint8Array(22).fill(0x0b), new Uint8Array(0), '', 42))).toBe(okm);
  });

  it.each([0, 1, 31, 32, 33, 64, 65, 8_160])('derives the same %i bytes as node:crypto', (length) => {
    const [ikm, salt] = [new Uint8Array(40).fill(7), new Uint8Array(70).fill(9)];
    const theirs = new Uint8Array(hkdfSync('sha256', ikm, salt, 'a label with é', length));
    expect(hkdfSha256(ikm, salt, 'a label with é', length)).toEqual(theirs);
  });

  it('refuses more than 255 blocks', () => {
    expect(() => hkdfSha256(new Uint8Array(32), new Uint8Array(32), '', 8_161)).toThrow(RangeError);
  });
});

it('AES-256-GCM computes test case 16 of the GCM specification, and detects changes', () => {
  const parameters = {
    key: fromHex('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308'),
    nonce: fromHex('cafebabefacedbaddecaf888'),
    associatedData: fromHex('feedfacedeadbeeffeedfacedeadbeefabaddad2'),
  };
  const plain = fromHex(
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
  );
  const sealed = aes256GcmEncrypt(parameters, plain);
  expect(toHex(sealed)).toBe(
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662' +
      '76fc6ece0f4e1768cddf8853bb2d551b',
  );
  expect(aes256GcmDecrypt(parameters, sealed)).toEqual(plain);
  expect(aes256GcmDecrypt(parameters, sealed.with(0, 0))).toBeUndefined();
  expect(aes256GcmDecrypt({ ...parameters, associatedData: new Uint8Array(0) }, sealed)).toBeUndefined();
  expect(aes256GcmDecrypt(parameters, sealed.slice(0, 15))).toBeUndefined();
});

it('a deterministic ES256 key signs as in RFC 6979 appendix A.2.5, "sample"', () => {
  const key = importSigningKey(
    'ES256',
    fromHex('c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721'),
    true,
  );
  const r = fromHex('efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716');
  const s = fromHex('f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8');
  expect(toHex(key.sign(utf8('sample')))).toBe(toHex(der.sequence(der.integer(r), der.integer(s))));
  expect(toHex(key.publicKey.get(-2) as Uint8Array)).toBe(
    '60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6',
  );
});

it('an EdDSA key signs as in RFC 8032 section 7.1 test 1', () => {
  const key = importSigningKey('EdDSA', fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'));
  expect(toHex(key.publicKey.get(-2) as Uint8Array)).toBe(
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  );
  expect(toHex(key.sign(new Uint8Array(0)))).toBe(
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  );
});

describe.each(Object.keys(coseAlgorithms) as CoseAlgorithm[])('An %s key', (algorithm) => {
  const data = utf8('data');
  it.each([
    ['random', systemRandom],
    ['seeded', seededRandom('x')],
  ])('from %s bytes signs, verifies, and is the same after export and import', (_title, random) => {
    const key = generateSigningKey(algorithm, random);
    const signature = key.sign(data);
    expect(verifySignature(key.publicKey, data, signature)).toBe(true);
    expect(verifySignature(key.publicKey, utf8('other'), signature)).toBe(false);
    const imported = importSigningKey(algorithm, key.secret());
    expect(imported.spki).toEqual(key.spki);
    expect(parseCoseKey(key.publicKey)).toMatchObject({ name: algorithm, alg: coseAlgorithms[algorithm].alg });
    expect(verifySignature(key.publicKey, data, imported.sign(data))).toBe(true);
  });

  it('makes the same signature from the same seed', () => {
    const one = generateSigningKey(algorithm, seededRandom('same'));
    const other = generateSigningKey(algorithm, seededRandom('same'));
    expect(toHex(one.sign(data))).toBe(toHex(other.sign(data)));
    expect(verifySignature(one.publicKey, data, one.sign(data))).toBe(true);
  });

  it('does not verify truncated or empty signatures', () => {
    const key = generateSigningKey(algorithm, systemRandom);
    for (const signature of [key.sign(data).slice(0, -1), new Uint8Array(0)])
      expect(verifySignature(key.publicKey, data, signature)).toBe(false);
  });

  it('is not imported from bytes of another length', () => {
    expect(() => importSigningKey(algorithm, new Uint8Array(31))).toThrow(RangeError);
  });
});

it('rejects scalars that are not in the range of P-256', () => {
  expect(() => importSigningKey('ES256', new Uint8Array(32))).toThrow(RangeError);
  expect(() => importSigningKey('ES256', new Uint8Array(32).fill(0xff))).toThrow(RangeError);
  const valid = new Uint8Array(32).fill(1);
  const candidates = [new Uint8Array(32).fill(0xff), new Uint8Array(32), valid];
  expect(derivePrivateKey('ES256', (_length, attempt) => candidates[attempt] ?? valid)).toBe(valid);
});

it('both sides of a key agreement compute the same secret; a point off the curve is rejected', () => {
  const [ours, theirs] = [generateAgreementKey(systemRandom), generateAgreementKey(seededRandom('theirs'))];
  expect(ours.agree(theirs.publicKey)).toEqual(theirs.agree(ours.publicKey));
  expect(() => ours.agree(concat(new Uint8Array([4]), new Uint8Array(64).fill(1)))).toThrow(RangeError);
});

it('sameBytes compares length and content', () => {
  expect(sameBytes(fromHex('0102'), fromHex('0102'))).toBe(true);
  expect(sameBytes(fromHex('0102'), fromHex('0103'))).toBe(false);
  expect(sameBytes(fromHex('0102'), fromHex('01'))).toBe(false);
});

describe('parseCoseKey', () => {
  const x = new Uint8Array(32).fill(1);
  const validKey = () => createCoseKey({ alg: -7, kty: 2, crv: 1, x, y: x });
  it.each([
    ['alg', -999],
    ['alg', 'ES256'],
    ['kty', 1],
    ['crv', 2],
    ['x', new Uint8Array(31)],
    ['y', true],
  ] as const)('rejects %s = %o', (member, value) => {
    const label = { alg: 3, kty: 1, crv: -1, x: -2, y: -3 }[member];
    expect(() => parseCoseKey(validKey().set(label, value))).toThrow(
      expect.objectContaining({ rule: `cose.${member}` }),
    );
  });

  it('rejects additional members', () => {
    expect(parseCoseKey(validKey())).toMatchObject({ name: 'ES256', x });
    expect(() => parseCoseKey(validKey().set(2, x))).toThrow(expect.objectContaining({ rule: 'cose.members' }));
    expect(parseCoseKey(createCoseKey({ alg: -8, kty: 1, crv: 6, x }))).toEqual({ alg: -8, kty: 1, name: 'EdDSA', x });
  });
});
