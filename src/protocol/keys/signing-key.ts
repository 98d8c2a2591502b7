/** A key pair that signs: the shape all algorithms share. */
import type { CborMap } from '../cbor.ts';
import type { CoseAlgorithm } from '../cose.ts';

/** ECDSA signatures are DER, all others as their RFC has them. */
export interface SigningKey {
  readonly algorithm: CoseAlgorithm;
  readonly alg: number;
  readonly publicKey: CborMap;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  sign(data: Uint8Array): Uint8Array;
  /** What it was imported from: the private scalar, the seed, or for RSA 32 bytes or an RSAPrivateKey. */
  secret(): Uint8Array;
}
