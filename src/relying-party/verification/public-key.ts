/** Credential public keys, WebAuthn L3 section 5.8.5 and RFC 9053/8230: strict per algorithm, and really a key (a point on its curve). */
import { toBase64url } from '#protocol/bytes.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { coseKeyLabels, parseCoseKey } from '#protocol/cose.ts';
import { importPublicKey, type KeyObject } from '../crypto.ts';
import { Refusal } from '../refusals.ts';
import { violationsAs } from './attestation-object.ts';

const rs256 = -257;
const rsa = { kty: 3, n: -1, e: -2 } as const;

export const algorithmOf = (key: CborMap): number => {
  const alg = key.get(coseKeyLabels.alg);
  return typeof alg === 'number' ? alg : refuse('alg must be an integer');
};

/** @throws {Refusal} `public-key-invalid`. */
export function importCredentialKey(key: CborMap): KeyObject {
  return algorithmOf(key) === rs256 ? importRsa(key) : importCurveKey(key);
}

function importCurveKey(key: CborMap): KeyObject {
  const { name, x, y } = violationsAs('public-key-invalid', () => parseCoseKey(key));
  const jwk = y
    ? { kty: 'EC', crv: 'P-256', x: toBase64url(x), y: toBase64url(y) }
    : { kty: 'OKP', crv: 'Ed25519', x: toBase64url(x) };
  try {
    return importPublicKey(jwk);
  } catch (cause) {
    return refuse(`no ${name} key has these coordinates`, cause);
  }
}

/** RFC 8230 section 4: kty, alg, n and e; both numbers without leading zeros, e odd, n of 2048 to 4096 bits. */
function importRsa(key: CborMap): KeyObject {
  const [n, e] = [key.get(rsa.n), key.get(rsa.e)];
  if (key.get(coseKeyLabels.kty) !== rsa.kty) return refuse('kty must be 3 for RS256');
  if (!(n instanceof Uint8Array) || n.length < 256 || n.length > 512 || n[0] === 0)
    return refuse('n must have 2048 to 4096 bits');
  if (
    !(e instanceof Uint8Array) ||
    e.length > 4 ||
    e[0] === 0 ||
    ((e.at(-1) ?? 0) & 1) === 0 ||
    (e.length === 1 && e[0]! < 3)
  )
    return refuse('e must be an odd number from 3');
  if (key.size !== 4) return refuse('members beside kty, alg, n and e');
  return importPublicKey({ kty: 'RSA', n: toBase64url(n), e: toBase64url(e) });
}

function refuse(detail: string, cause?: unknown): never {
  throw new Refusal('public-key-invalid', detail, { cause });
}
