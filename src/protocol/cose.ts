/** COSE keys and algorithms (RFC 9052, RFC 9053, IANA registry): the one table of algorithms and the key encoding. */
import type { CborMap } from './cbor.ts';
import { ProtocolViolation } from './errors.ts';

/** `kty` and `crv` are COSE's numbers; `coordinate` is the length of x (and y) in bytes. */
export const coseAlgorithms = {
  ES256: { alg: -7, kty: 2, crv: 1, coordinate: 32 },
  EdDSA: { alg: -8, kty: 1, crv: 6, coordinate: 32 },
} as const satisfies Record<string, { alg: number; kty: number; crv: number; coordinate: number }>;

export type CoseAlgorithm = keyof typeof coseAlgorithms;

export const coseKeyLabels = { kty: 1, alg: 3, crv: -1, x: -2, y: -3 } as const;
/** `alg` of the key-agreement key in PIN/UV auth protocols; not the algorithm actually used (CTAP 2.1 section 6.5.6). */
export const ecdhEsHkdf256 = -25;

export const algorithmName = (alg: number): CoseAlgorithm | undefined =>
  (Object.keys(coseAlgorithms) as CoseAlgorithm[]).find((name) => coseAlgorithms[name].alg === alg);

/** A public key as COSE's map; `y` for curves with two coordinates. */
export function coseKey(alg: number, kty: number, crv: number, x: Uint8Array, y?: Uint8Array): CborMap {
  const map: CborMap = new Map<number, number | Uint8Array>([
    [coseKeyLabels.kty, kty],
    [coseKeyLabels.alg, alg],
    [coseKeyLabels.crv, crv],
    [coseKeyLabels.x, x],
  ]);
  if (y) map.set(coseKeyLabels.y, y);
  return map;
}

export interface ParsedCoseKey {
  alg: number;
  name: CoseAlgorithm;
  x: Uint8Array;
  y?: Uint8Array;
}

/**
 * Checks a credential public key: known algorithm, matching key type and curve, coordinates of the right length, nothing else.
 * @throws {ProtocolViolation} with rule `cose.<member>`.
 */
export function parseCoseKey(map: CborMap, offset = 0): ParsedCoseKey {
  const refuse = (member: string, wanted: string): never => {
    throw new ProtocolViolation(
      `cose.${member}`,
      'RFC 9053 section 7',
      offset,
      `cannot use the COSE key: ${member} must be ${wanted}`,
    );
  };
  const alg = map.get(coseKeyLabels.alg);
  const name = typeof alg === 'number' ? algorithmName(alg) : undefined;
  if (typeof alg !== 'number' || name === undefined)
    return refuse('alg', `one of ${Object.keys(coseAlgorithms).join(', ')}`);
  const { kty, crv, coordinate } = coseAlgorithms[name];
  if (map.get(coseKeyLabels.kty) !== kty) return refuse('kty', `${kty} for ${name}`);
  if (map.get(coseKeyLabels.crv) !== crv) return refuse('crv', `${crv} for ${name}`);
  const read = (label: number, member: string) => {
    const value = map.get(label);
    return value instanceof Uint8Array && value.length === coordinate ? value : refuse(member, `${coordinate} bytes`);
  };
  const x = read(coseKeyLabels.x, 'x');
  const members = kty === 2 ? 5 : 4;
  if (map.size !== members) return refuse('members', `exactly ${members}`);
  return kty === 2 ? { alg, name, x, y: read(coseKeyLabels.y, 'y') } : { alg, name, x };
}
