import { describe, expect, it } from 'vitest';
import { mergeRounds, parseRounds } from './rounds.ts';
import { isMet, type Row, withRatioTarget } from './row.ts';

const page = (median: number): Row =>
  withRatioTarget({ name: 'page', figure: `p50 ${median} ms`, ratio: { median, min: 1, max: 9 } }, 2);
const help = (value: number): Row => ({
  name: '--help',
  figure: `${value} s`,
  target: { value, atMost: 0.3, unit: 's' },
});

describe('rounds of the benchmarks', () => {
  it('become one row each: the medians, their spread over the rounds, and the figure of the median round', () => {
    const [merged, ...others] = mergeRounds([[page(2.4)], [page(1.8)], [page(1.9)]]);
    expect(others).toEqual([]);
    expect(merged).toMatchObject({ figure: 'p50 1.9 ms', ratio: { median: 1.9, min: 1.8, max: 2.4 } });
    expect(merged && isMet(merged)).toBe(true);
  });

  it('miss a target when the median misses it', () => {
    expect(mergeRounds([[page(2.4)], [page(1.8)], [page(2.1)]]).map(isMet)).toEqual([false]);
  });

  it('print the spread of a figure that has no peer', () => {
    const [merged] = mergeRounds([[help(0.29)], [help(0.2)], [help(0.21)]]);
    expect(merged).toMatchObject({ figure: '0.21 s, rounds 0.20 to 0.29 s', target: { value: 0.21 } });
  });

  it('keep every figure of a row that is not compared', () => {
    const rounds = [100, 120].map((figure) => [{ name: 'registrations', figure: `${figure}/s` }]);
    expect(mergeRounds(rounds)).toEqual([{ name: 'registrations', figure: '100/s; 120/s' }]);
  });

  it('do not change a single round, and keep rows that only some rounds have', () => {
    expect(mergeRounds([[page(1.5)]])).toEqual([page(1.5)]);
    expect(mergeRounds([[page(1.5)], [page(1.5), help(0.1)]]).map(({ name }) => name)).toEqual(['page', '--help']);
  });

  it('are a whole number from 1 to 99', () => {
    expect(['1', '3', '99'].map(parseRounds)).toEqual([1, 3, 99]);
    expect(['', '0', '-1', '1.5', '3x', '100'].map(parseRounds)).toEqual(Array(6).fill(undefined));
  });
});
