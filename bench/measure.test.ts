import { describe, expect, it } from 'vitest';
import { interleave, operationsOf, rate, slowdown } from './measure.ts';

describe('interleaved measurements', () => {
  it('take turns in alternating order, and do not count the first round', async () => {
    const order: string[] = [];
    const contender = (name: string) => ({ name, run: () => order.push(name) });
    const rounds = { rounds: 2, turns: 2, operations: 1 };
    const [a, b] = await interleave([contender('a'), contender('b')], rounds);
    expect(order.join('')).toBe('abba'.repeat(3));
    expect(order.filter((name) => name === 'a')).toHaveLength(operationsOf(rounds));
    expect([a, b].map(({ name, rates }) => [name, rates.map((round) => round.length)])).toEqual([
      ['a', [2, 2]],
      ['b', [2, 2]],
    ]);
  });

  it('compare turn by turn, so that one disturbed turn does not change the ratio of its round', () => {
    const baseline = {
      name: 'baseline',
      rates: [
        [100, 100, 100],
        [200, 200, 200],
      ],
    };
    const measured = {
      name: 'measured',
      rates: [
        [50, 1, 50],
        [100, 50, 50],
      ],
    };
    expect(slowdown(measured, baseline)).toEqual({ median: 3, min: 2, max: 4 });
    expect(rate(measured)).toBe(50);
  });
});
