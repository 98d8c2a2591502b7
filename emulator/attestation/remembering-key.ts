/** A key that remembers its signatures: each new authenticator needs the same certificate, and a deterministic signature takes milliseconds. */
import { toHex } from '#base/bytes.ts';
import type { SigningKey } from '#protocol/crypto.ts';

/** More than there are personas. Certificates with defects are signed again when others have taken their place. */
const rememberedSignatures = 200;

/** Returns a key that signs as `key` does, which must be deterministic, and signs the same data once only. */
export function rememberSignatures(key: SigningKey): SigningKey {
  const remembered = new Map<string, Uint8Array>();
  return {
    algorithm: key.algorithm,
    alg: key.alg,
    publicKey: key.publicKey,
    spki: key.spki,
    sign(data) {
      const name = toHex(data);
      const signature = remembered.get(name) ?? key.sign(data);
      remembered.delete(name); // the latest use comes last
      remembered.set(name, signature);
      const [oldest] = remembered.keys();
      if (remembered.size > rememberedSignatures && oldest !== undefined) remembered.delete(oldest);
      return signature.slice();
    },
    secret: () => key.secret(),
  };
}
