/** RSA keys: RSASSA-PKCS1-v1_5 and RSASSA-PSS, RFC 8017 and RFC 8230. */
import { constants, createHash, createHmac, createPrivateKey, type KeyObject, privateEncrypt, sign } from 'node:crypto';
import { concat, fromBase64url, fromHex, toHex, uint } from '#base/bytes.ts';
import type { CborMap } from '../cbor.ts';
import { type AlgorithmOf, coseAlgorithms, coseKeyLabels } from '../cose.ts';
import * as der from '../der.ts';
import { rsaTestPrimes } from './seeded-rsa-primes.ts';
import type { SigningKey } from './signing-key.ts';
import { encodeSubjectPublicKeyInfo } from './spki.ts';

const exponent = 65537n;

/** Encodes an RSAPrivateKey, RFC 8017 appendix A.1.2, in DER, from two primes. The public exponent is 65537. */
export function encodeRsaPrivateKey(p: bigint, q: bigint): Uint8Array {
  const d = invertModulo(exponent, (p - 1n) * (q - 1n));
  const numbers = [0n, p * q, exponent, d, p, q, d % (p - 1n), d % (q - 1n), invertModulo(q, p)];
  return der.sequence(...numbers.map((number) => der.integer(toBigEndian(number))));
}

const toBigEndian = (number: bigint): Uint8Array => {
  const hex = number.toString(16);
  return fromHex(hex.padStart(hex.length + (hex.length % 2), '0'));
};
const fromBigEndian = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes)}`);

/** Returns the inverse of `a` modulo `m`, by the extended Euclidean algorithm. */
function invertModulo(a: bigint, m: bigint): bigint {
  let [previous, current] = [a, m];
  let [x, next] = [1n, 0n];
  while (current > 0n) {
    const quotient = previous / current;
    [previous, current] = [current, previous - quotient * current];
    [x, next] = [next, x - quotient * next];
  }
  return ((x % m) + m) % m;
}

interface ImportedKey {
  privateKey: KeyObject;
  n: Uint8Array;
  e: Uint8Array;
}
/** Imported test keys, by their index. */
const importedTestKeys = new Map<number, ImportedKey>();

function getTestKey(index: number): ImportedKey {
  const cached = importedTestKeys.get(index);
  if (cached) return cached;
  const [p, q] = rsaTestPrimes[index]!.map((prime) => fromBigEndian(fromBase64url(prime))) as [bigint, bigint];
  const key = importPkcs1(encodeRsaPrivateKey(p, q));
  importedTestKeys.set(index, key);
  return key;
}

function importPkcs1(pkcs1: Uint8Array): ImportedKey {
  try {
    const privateKey = createPrivateKey({ key: Buffer.from(pkcs1), format: 'der', type: 'pkcs1' });
    const { n, e } = privateKey.export({ format: 'jwk' });
    return { privateKey, n: fromBase64url(n!), e: fromBase64url(e!) };
  } catch (cause) {
    throw new RangeError('Cannot import the private key: expected an RSAPrivateKey in DER', { cause });
  }
}

/** Creates a key. `secret` is either 32 bytes that select one of the test keys, or an RSAPrivateKey in DER. */
export function createRsaKey(algorithm: AlgorithmOf<3>, secret: Uint8Array, deterministic: boolean): SigningKey {
  const { alg, kty, hash, padding } = coseAlgorithms[algorithm];
  const { privateKey, n, e } =
    secret.length === 32 ? getTestKey(secret[0]! % rsaTestPrimes.length) : importPkcs1(secret);
  const publicKey: CborMap = new Map<number, number | Uint8Array>([
    [coseKeyLabels.kty, kty],
    [coseKeyLabels.alg, alg],
    [coseKeyLabels.n, n],
    [coseKeyLabels.e, e],
  ]);
  const pss = {
    key: privateKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  };
  const signing = {
    pkcs1: (data: Uint8Array) => sign(hash, data, privateKey),
    pss: (data: Uint8Array) =>
      deterministic ? signPssDeterministic(secret, data, hash, privateKey) : sign(hash, data, pss),
  };
  return {
    algorithm,
    alg,
    publicKey,
    spki: encodeSubjectPublicKeyInfo({ alg, kty, name: algorithm, n, e }),
    sign: (data) => new Uint8Array(signing[padding](data)),
    secret: () => secret,
  };
}

/** Signs with EMSA-PSS, RFC 8017 section 9.1.1, with a salt derived from key and data. OpenSSL supports only random salts. */
function signPssDeterministic(secret: Uint8Array, data: Uint8Array, hash: string, privateKey: KeyObject): Uint8Array {
  const digest = (...parts: Uint8Array[]) =>
    createHash(hash)
      .update(concat(...parts))
      .digest();
  const bits = privateKey.asymmetricKeyDetails!.modulusLength! - 1;
  const length = Math.ceil(bits / 8);
  const salt = createHmac(hash, secret).update(data).digest();
  const h = digest(new Uint8Array(8), digest(data), salt);
  const block = concat(new Uint8Array(length - salt.length - h.length - 2), new Uint8Array([0x01]), salt);
  const maskBytes = generateMask(h, block.length, digest);
  const masked = block.map((byte, index) => byte ^ maskBytes[index]!);
  masked[0]! &= 0xff >> (8 * length - bits);
  const encoded = concat(masked, h, new Uint8Array([0xbc]));
  return privateEncrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, Buffer.from(encoded));
}

/** The mask generation function MGF1, RFC 8017 appendix B.2.1. */
function generateMask(seed: Uint8Array, length: number, digest: (...parts: Uint8Array[]) => Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let counter = 0; blocks.length * seed.length < length; counter++) blocks.push(digest(seed, uint(counter, 4)));
  return concat(...blocks).subarray(0, length);
}
