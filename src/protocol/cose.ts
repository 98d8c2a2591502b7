/** COSE keys and algorithms (RFC 9052, RFC 9053, RFC 8230, RFC 9964, IANA registry): the table of algorithms, and encoding and parsing of public keys. */
import type { CborMap } from './cbor.ts';
import { ProtocolViolation } from './errors.ts';

/**
 * `kty` and `crv` are numbers of the IANA registry. `coordinate` is the length of x and y, `publicKey` that of the public key of
 * an AKP key, in bytes. `hash` is the digest that is signed.
 */
export const coseAlgorithms = {
  ES256: { alg: -7, kty: 2, crv: 1, coordinate: 32, hash: 'sha256' },
  EdDSA: { alg: -8, kty: 1, crv: 6, coordinate: 32 },
  ES384: { alg: -35, kty: 2, crv: 2, coordinate: 48, hash: 'sha384' },
  ES512: { alg: -36, kty: 2, crv: 3, coordinate: 66, hash: 'sha512' },
  ES256K: { alg: -47, kty: 2, crv: 8, coordinate: 32, hash: 'sha256' },
  Ed448: { alg: -53, kty: 1, crv: 7, coordinate: 57 },
  RS256: { alg: -257, kty: 3, padding: 'pkcs1', hash: 'sha256' },
  RS384: { alg: -258, kty: 3, padding: 'pkcs1', hash: 'sha384' },
  RS512: { alg: -259, kty: 3, padding: 'pkcs1', hash: 'sha512' },
  RS1: { alg: -65535, kty: 3, padding: 'pkcs1', hash: 'sha1' },
  PS256: { alg: -37, kty: 3, padding: 'pss', hash: 'sha256' },
  PS384: { alg: -38, kty: 3, padding: 'pss', hash: 'sha384' },
  PS512: { alg: -39, kty: 3, padding: 'pss', hash: 'sha512' },
  'ML-DSA-44': { alg: -48, kty: 7, publicKey: 1312 },
  'ML-DSA-65': { alg: -49, kty: 7, publicKey: 1952 },
  'ML-DSA-87': { alg: -50, kty: 7, publicKey: 2592 },
} as const satisfies Record<string, AlgorithmRow>;

type AlgorithmRow =
  | { alg: number; kty: 1; crv: number; coordinate: number }
  | { alg: number; kty: 2; crv: number; coordinate: number; hash: string }
  | { alg: number; kty: 3; padding: 'pkcs1' | 'pss'; hash: string }
  | { alg: number; kty: 7; publicKey: number };

export type CoseAlgorithm = keyof typeof coseAlgorithms;
/** The algorithms of one key type: 1 OKP, 2 EC2, 3 RSA, 7 AKP. */
export type AlgorithmOf<Kty extends number> = {
  [N in CoseAlgorithm]: (typeof coseAlgorithms)[N]['kty'] extends Kty ? N : never;
}[CoseAlgorithm];

/** Labels of key members. Their meaning depends on the key type: -1 is `crv`, `n` of RSA or `pub` of AKP. */
export const coseKeyLabels = { kty: 1, alg: 3, crv: -1, x: -2, y: -3, n: -1, e: -2, pub: -1 } as const;
/** `alg` of the key-agreement key in PIN/UV auth protocols. It is not the algorithm that is actually used (CTAP 2.1 section 6.5.6). */
export const ecdhEsHkdf256 = -25;

const names = new Map<number, CoseAlgorithm>(
  (Object.keys(coseAlgorithms) as CoseAlgorithm[]).map((name) => [coseAlgorithms[name].alg, name]),
);
export const algorithmName = (alg: number): CoseAlgorithm | undefined => names.get(alg);

interface CurveKeyMembers extends CurveKey {
  alg: number;
  kty: number;
  crv: number;
}

/** Returns the COSE_Key of a key on a curve; `y` is for curves with two coordinates. */
export function createCoseKey({ alg, kty, crv, x, y }: CurveKeyMembers): CborMap {
  const map: CborMap = new Map<number, number | Uint8Array>([
    [coseKeyLabels.kty, kty],
    [coseKeyLabels.alg, alg],
    [coseKeyLabels.crv, crv],
    [coseKeyLabels.x, x],
  ]);
  if (y) map.set(coseKeyLabels.y, y);
  return map;
}

interface CurveKey {
  x: Uint8Array;
  y?: Uint8Array | undefined;
}
/** Modulus and public exponent, big-endian. */
interface RsaPublicKey {
  n: Uint8Array;
  e: Uint8Array;
}
interface AkpKey {
  pub: Uint8Array;
}
/** A parsed and checked credential public key. */
export type ParsedCoseKey = { alg: number } & (
  | ({ kty: 1; name: AlgorithmOf<1> } & CurveKey)
  | ({ kty: 2; name: AlgorithmOf<2> } & CurveKey)
  | ({ kty: 3; name: AlgorithmOf<3> } & RsaPublicKey)
  | ({ kty: 7; name: AlgorithmOf<7> } & AkpKey)
);

/**
 * Parses a credential public key: checks that the algorithm is known, that key type and curve match it, that members have the
 * right length, and that there are no other members.
 * @throws {ProtocolViolation} with rule `cose.<member>`.
 */
export function parseCoseKey(map: CborMap, offset = 0): ParsedCoseKey {
  const refuse = (member: string, expected: string): never => {
    throw new ProtocolViolation(
      { rule: `cose.${member}`, section: 'RFC 9053 section 7', offset },
      `Cannot use the COSE key: expected ${member} to be ${expected}`,
    );
  };
  const alg = map.get(coseKeyLabels.alg);
  const name = typeof alg === 'number' ? algorithmName(alg) : undefined;
  if (typeof alg !== 'number' || name === undefined)
    return refuse('alg', `one of ${Object.keys(coseAlgorithms).join(', ')}`);
  const row: AlgorithmRow = coseAlgorithms[name];
  if (map.get(coseKeyLabels.kty) !== row.kty) return refuse('kty', `${row.kty} for ${name}`);
  const members = createMemberReader(map, refuse);
  if (row.kty === 3) return { alg, kty: 3, name, ...members.rsa() } as ParsedCoseKey;
  if (row.kty === 7) return { alg, kty: 7, name, ...members.akp(row.publicKey) } as ParsedCoseKey;
  if (map.get(coseKeyLabels.crv) !== row.crv) return refuse('crv', `${row.crv} for ${name}`);
  return { alg, kty: row.kty, name, ...members.curve(row.coordinate, row.kty === 2) } as ParsedCoseKey;
}

function createMemberReader(map: CborMap, refuse: (member: string, expected: string) => never) {
  const read = (label: number, member: string, length: number) => {
    const value = map.get(label);
    return value instanceof Uint8Array && value.length === length ? value : refuse(member, `${length} bytes`);
  };
  const expectMembers = (members: number) => {
    if (map.size !== members) refuse('members', `exactly ${members}`);
  };
  return {
    curve(coordinate: number, hasY: boolean): CurveKey {
      const x = read(coseKeyLabels.x, 'x', coordinate);
      expectMembers(hasY ? 5 : 4);
      return hasY ? { x, y: read(coseKeyLabels.y, 'y', coordinate) } : { x };
    },
    /** RFC 8230 section 4: n and e have no leading zeros and are odd, n has 2048 to 4096 bits. */
    rsa(): RsaPublicKey {
      const [n, e] = [map.get(coseKeyLabels.n), map.get(coseKeyLabels.e)];
      if (!(n instanceof Uint8Array) || n[0] === 0 || n.length > 512 || bitLength(n) < 2048)
        return refuse('n', 'a number of 2048 to 4096 bits');
      if ((n.at(-1)! & 1) === 0) return refuse('n', 'odd, because it is the product of two primes');
      const isOdd = e instanceof Uint8Array && e.length <= 4 && (e[0] ?? 0) !== 0 && (e.at(-1)! & 1) === 1;
      if (!isOdd || (e.length === 1 && e[0]! < 3)) return refuse('e', 'an odd number of at least 3');
      expectMembers(4);
      return { n, e };
    },
    akp(length: number): AkpKey {
      const pub = read(coseKeyLabels.pub, 'pub', length);
      expectMembers(3);
      return { pub };
    },
  };
}

/** Number of bits of a big-endian number without leading zeros. */
const bitLength = (number: Uint8Array): number =>
  number.length === 0 ? 0 : number.length * 8 - Math.clz32(number[0]!) + 24;
