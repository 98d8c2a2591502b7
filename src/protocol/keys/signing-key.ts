/** The interface of key pairs that sign, for all algorithms. */
import type { CborMap } from '../cbor.ts';
import type { CoseAlgorithm } from '../cose.ts';

/** ECDSA signatures are in DER; other signatures are in the format of their RFC. */
export interface SigningKey {
  readonly algorithm: CoseAlgorithm;
  readonly alg: number;
  readonly publicKey: CborMap;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  sign(data: Uint8Array): Uint8Array;
  /** Returns the input of `importSigningKey`: private scalar, seed, or for RSA 32 bytes or an RSAPrivateKey. */
  secret(): Uint8Array;
}
