/** Ed25519 and Ed448 keys, RFC 8032. The private key is a seed; signatures are deterministic. */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { fromHex } from '#base/bytes.ts';
import { type AlgorithmOf, coseAlgorithms, createCoseKey } from '../cose.ts';
import * as der from '../der.ts';
import type { SigningKey } from './signing-key.ts';

const pkcs8Algorithm: Record<AlgorithmOf<1>, Uint8Array> = {
  EdDSA: fromHex('300506032b6570'),
  Ed448: fromHex('300506032b6571'),
};

export function createEdwardsKey(algorithm: AlgorithmOf<1>, seed: Uint8Array): SigningKey {
  const { alg, kty, crv, coordinate } = coseAlgorithms[algorithm];
  const pkcs8 = der.sequence(der.integer(0), pkcs8Algorithm[algorithm], der.octetString(der.octetString(seed)));
  const privateKey = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  // The public key is the end of the SPKI. A JWK would contain it too, but exporting JWKs in a loop can deadlock on Node 20.
  const spki = new Uint8Array(createPublicKey(privateKey).export({ type: 'spki', format: 'der' }));
  return {
    algorithm,
    alg,
    spki,
    publicKey: createCoseKey({ alg, kty, crv, x: spki.slice(-coordinate) }),
    sign: (data) => new Uint8Array(sign(null, data, privateKey)),
    secret: () => seed,
  };
}
