import { describe, expect, it } from 'vitest';
import { formatRows, isMet, type Row, ratiosOf, spreadOf, withRatioTarget } from './row.ts';

const row = (median: number): Row =>
  withRatioTarget(
    { name: 'makeCredential', figure: '8,000/s', peer: 'node:crypto 12,000/s', ratio: { median, min: 1.2, max: 1.9 } },
    1.5,
  );

describe('benchmark rows', () => {
  it('compare each round with the peer of the same round', () => {
    expect(spreadOf(ratiosOf([3, 4, 10], [1, 2, 4]))).toEqual({ median: 2.5, min: 2, max: 3 });
  });

  it('meet a target up to its limit', () => {
    expect([isMet(row(1.5)), isMet(row(1.51)), isMet({ name: 'x', figure: '1' })]).toEqual([true, false, true]);
  });

  it('print figure, peer, ratio with spread, and the verdict', () => {
    expect(formatRows([row(1.4), row(1.6)])).toEqual([
      'makeCredential   8,000/s   node:crypto 12,000/s   1.40x (1.20 to 1.90)   at most 1.5x: met',
      'makeCredential   8,000/s   node:crypto 12,000/s   1.60x (1.20 to 1.90)   at most 1.5x: missed (1.60x)',
    ]);
  });
});
