/** A key that caches its signatures: each new authenticator needs the same certificate, and a deterministic signature takes milliseconds. */
import { toHex } from '#base/bytes.ts';
import type { SigningKey } from '#protocol/crypto.ts';

/** More than the number of personas. A certificate with a defect may have to be signed again. */
const maxCachedSignatures = 200;

/** Returns a key with the same signatures as `key`, which must be deterministic and signs the same data only once. */
export function cacheSignatures(key: SigningKey): SigningKey {
  const signatures = new Map<string, Uint8Array>();
  return {
    algorithm: key.algorithm,
    alg: key.alg,
    publicKey: key.publicKey,
    spki: key.spki,
    sign(data) {
      const name = toHex(data);
      const signature = signatures.get(name) ?? key.sign(data);
      signatures.delete(name); // moves it to the end: the first one is the least recently used
      signatures.set(name, signature);
      const [oldest] = signatures.keys();
      if (signatures.size > maxCachedSignatures && oldest !== undefined) signatures.delete(oldest);
      return signature.slice();
    },
    secret: () => key.secret(),
  };
}
