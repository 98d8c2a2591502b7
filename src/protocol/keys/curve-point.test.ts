import { describe, expect, it } from 'vitest';
import { fromHex } from '#base/bytes.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { coseAlgorithms } from '../cose.ts';
import { generateSigningKey } from '../crypto.ts';
import { findEcPointProblem, findEdwardsPointProblem } from './curve-point.ts';

const random = seededRandom('curve points');
const repeat = (byte: string, count: number) => byte.repeat(count);

describe.each(['EdDSA', 'Ed448'] as const)('findEdwardsPointProblem for %s', (algorithm) => {
  it('accepts the keys that node:crypto generates', () => {
    for (let count = 0; count < 8; count++) {
      const { spki } = generateSigningKey(algorithm, random);
      const encoded = spki.slice(-coseAlgorithms[algorithm].coordinate);
      expect(findEdwardsPointProblem(algorithm, encoded)).toBeUndefined();
    }
  });

  it('refuses about half of all random encodings: no point has this y', () => {
    const problems = Array.from({ length: 32 }, () =>
      findEdwardsPointProblem(algorithm, random.bytes(coseAlgorithms[algorithm].coordinate)),
    );
    expect(problems.filter((problem) => problem !== undefined).length).toBeGreaterThan(4);
  });
});

const invalid: ['EdDSA' | 'Ed448', what: string, encoding: string, problem: RegExp][] = [
  ['EdDSA', 'a y that is not below p', repeat('ff', 32), /Expected the encoding of a point/],
  ['EdDSA', 'y = p', `ed${repeat('ff', 30)}7f`, /Expected the encoding of a point/],
  ['EdDSA', 'the sign of x = 0', `01${repeat('00', 30)}80`, /Expected the encoding of a point/],
  ['EdDSA', '31 bytes', repeat('01', 31), /Expected the encoding of a point/],
  ['EdDSA', 'the neutral element', `01${repeat('00', 31)}`, /Expected a point of large order/],
  ['EdDSA', 'order 2', `ec${repeat('ff', 30)}7f`, /Expected a point of large order/],
  ['EdDSA', 'order 4', repeat('00', 32), /Expected a point of large order/],
  ['Ed448', 'a y that is not below p', repeat('ff', 57), /Expected the encoding of a point/],
  ['Ed448', 'the sign of x = 0', `01${repeat('00', 55)}80`, /Expected the encoding of a point/],
  ['Ed448', 'the neutral element', `01${repeat('00', 56)}`, /Expected a point of large order/],
  ['Ed448', 'order 4', repeat('00', 57), /Expected a point of large order/],
];
it.each(invalid)('findEdwardsPointProblem for %s refuses %s', (algorithm, _, encoding, problem) => {
  expect(findEdwardsPointProblem(algorithm, fromHex(encoding))).toMatch(problem);
});

describe.each(['ES256', 'ES384', 'ES512', 'ES256K'] as const)('findEcPointProblem for %s', (algorithm) => {
  const { coordinate } = coseAlgorithms[algorithm];
  const encoded = generateSigningKey(algorithm, random).spki.slice(-1 - 2 * coordinate);

  it('accepts a key that node:crypto generates', () => {
    expect(findEcPointProblem(algorithm, encoded)).toBeUndefined();
  });

  const invalid: Record<string, Uint8Array> = {
    'a changed y': encoded.with(-1, (encoded.at(-1) ?? 0) ^ 1),
    'a changed x': encoded.with(1 + coordinate - 1, (encoded[coordinate] ?? 0) ^ 1),
    'zeros, which stand for infinity': Uint8Array.of(4, ...new Uint8Array(2 * coordinate)),
    'coordinates that are not below p': Uint8Array.of(4, ...new Uint8Array(2 * coordinate).fill(0xff)),
    'a y that is missing': encoded.slice(0, 1 + coordinate),
    infinity: Uint8Array.of(0),
  };
  it.each(Object.entries(invalid))('refuses %s', (_, bytes) => {
    expect(findEcPointProblem(algorithm, bytes)).toMatch('Expected a point of the curve');
  });
});
