import { describe, expect, it } from 'vitest';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { TimeLimits } from './time-limits.ts';

/** Long enough for everything that a moved clock wakes. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

function setUp() {
  const clock = new ManualClock();
  const limits = new TimeLimits(clock);
  const signals: AbortSignal[] = [];
  const ends: (() => void)[] = [];
  const begin = (ms: number) =>
    limits.within(ms, 'it', (signal) => {
      signals.push(signal);
      return new Promise<void>((resolve) => ends.push(resolve));
    });
  const letPass = async (ms: number) => {
    clock.advance(ms);
    await settled();
  };
  return { limits, signals, ends, begin, letPass };
}

describe('a time limit', () => {
  it('says what was not done in time', async () => {
    const { signals, begin, letPass } = setUp();
    void begin(100);
    await letPass(99);
    expect(signals[0]?.aborted).toBe(false);
    await letPass(1);
    expect(signals[0]?.reason).toEqual(new Error('it was not done within 100 ms'));
  });

  it('stands still while somebody is asked, and goes on with what was left', async () => {
    const { limits, signals, begin, letPass } = setUp();
    void begin(100);
    await letPass(60);
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const asked = limits.standStillFor(() => answered);
    void begin(50); // begins while it stands still
    await letPass(1000);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    answer();
    await asked;
    await letPass(39);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    await letPass(1);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    await letPass(10);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it('goes on when the last of several was answered, however that ended', async () => {
    const { limits, signals, begin, letPass } = setUp();
    void begin(100);
    let fail = (_: Error) => {};
    const failing = new Promise<void>((_, reject) => {
      fail = reject;
    });
    const first = limits.standStillFor(() => failing);
    await limits.standStillFor(async () => undefined);
    await letPass(1000);
    expect(signals[0]?.aborted).toBe(false);
    fail(new Error('nobody acted'));
    await expect(first).rejects.toThrow('nobody acted');
    await letPass(100);
    expect(signals[0]?.aborted).toBe(true);
  });

  it('is over with its work', async () => {
    const { signals, ends, begin, letPass } = setUp();
    const work = begin(100);
    ends[0]?.();
    await work;
    await letPass(1000);
    expect(signals[0]?.aborted).toBe(false);
  });
});
