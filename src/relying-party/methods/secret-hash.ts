/** Hashes passwords and Temporary Access Passes with scrypt. A hash is text with its parameters and salt: `scrypt$N$r$p$salt$key`. */
import { fromBase64url, toBase64url, utf8 } from '#base/bytes.ts';
import type { Random } from '#base/random.ts';
import { sameBytes } from '#protocol/crypto.ts';
import { deriveKey, type ScryptParameters } from '../crypto.ts';

/** OWASP's minimum for scrypt with p = 1 is N = 2^17. A portal that is only used in tests can choose less to be faster. */
export const strongScrypt: ScryptParameters = { N: 2 ** 17, r: 8, p: 1 };

/** For secrets that are valid for seconds, as in tests and scenarios: fast, but no protection. */
export const quickScrypt: ScryptParameters = { N: 2 ** 8, r: 1, p: 1 };

export async function hashSecret(secret: string, random: Random, parameters: ScryptParameters): Promise<string> {
  const salt = random.bytes(16);
  const key = await deriveKey(utf8(secret.normalize('NFC')), salt, parameters);
  const { N, r, p } = parameters;
  return ['scrypt', N, r, p, toBase64url(salt), toBase64url(key)].join('$');
}

/** Returns whether `hash` is the hash of `secret`. The comparison takes constant time. */
export async function verifySecret(secret: string, hash: string): Promise<boolean> {
  const [scheme, N, r, p, salt = '', key = ''] = hash.split('$');
  if (scheme !== 'scrypt') throw new Error(`Cannot verify a secret: expected hash scheme scrypt, got ${scheme}`);
  const parameters = { N: Number(N), r: Number(r), p: Number(p) };
  return sameBytes(await deriveKey(utf8(secret.normalize('NFC')), fromBase64url(salt), parameters), fromBase64url(key));
}

/**
 * Returns a function that returns one hash that no secret has. It is verified where there is no hash, for example for an unknown user,
 * so that the response time does not reveal which names exist.
 */
export function createDecoyHash(random: Random, parameters: ScryptParameters): () => Promise<string> {
  let hash: Promise<string> | undefined;
  return () => {
    hash ??= hashSecret(toBase64url(random.bytes(32)), random, parameters);
    return hash;
  };
}
