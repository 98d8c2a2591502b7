import { describe, expect, it } from 'vitest';
import { RemainingTime } from './remaining-time.ts';

const cases = (...times: (number | undefined)[]) => new Map(times.map((ms, index) => [`case ${index}`, ms]));

describe('RemainingTime', () => {
  it('divides the times of the cases among the workers', () => {
    expect(new RemainingTime(cases(10, 10, 10, 10), 2).estimate(0)).toBe(20);
  });

  it('is not shorter than the longest case, however many workers there are', () => {
    expect(new RemainingTime(cases(10, 100), 8).estimate(0)).toBe(100);
  });

  it('counts what a running case has done', () => {
    const time = new RemainingTime(cases(10, 10), 1);
    time.start('case 0', 5);
    expect([time.estimate(9), time.estimate(1000)]).toEqual([16, 10]);
  });

  it('returns nothing before enough new cases have ended, then uses their mean', () => {
    const time = new RemainingTime(cases(undefined, undefined, undefined, undefined, undefined), 1);
    expect(time.estimate(0)).toBeUndefined();
    for (const [index, ms] of [10, 20, 30].entries()) time.finish(`case ${index}`, ms);
    expect(time.estimate(0)).toBe(40);
  });

  it('assumes that the rest is as slow as the cases that have ended', () => {
    const time = new RemainingTime(cases(10, 10, 10, 10), 1);
    for (const index of [0, 1, 2]) time.finish(`case ${index}`, 30);
    expect(time.estimate(0)).toBe(30);
  });

  it('is 0 when nothing is left', () => {
    const time = new RemainingTime(cases(10), 1);
    time.finish('case 0', 12);
    expect(time.estimate(0)).toBe(0);
  });
});
