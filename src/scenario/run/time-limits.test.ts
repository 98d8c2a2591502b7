import { describe, expect, it } from 'vitest';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { TimeLimits } from './time-limits.ts';

/** Waits until everything that an advanced clock has triggered is done. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

function setUp() {
  const clock = new ManualClock();
  const limits = new TimeLimits(clock);
  const signals: AbortSignal[] = [];
  const finishers: (() => void)[] = [];
  const begin = (ms: number) =>
    limits.within(ms, 'It', (signal) => {
      signals.push(signal);
      return new Promise<void>((resolve) => finishers.push(resolve));
    });
  const letTimePass = async (ms: number) => {
    clock.advance(ms);
    await settled();
  };
  return { limits, signals, finishers, begin, letTimePass };
}

describe('TimeLimits', () => {
  it('aborts with a message that names what was not done', async () => {
    const { signals, begin, letTimePass } = setUp();
    void begin(100);
    await letTimePass(99);
    expect(signals[0]?.aborted).toBe(false);
    await letTimePass(1);
    expect(signals[0]?.reason).toEqual(new Error('It was not done within 100 ms'));
  });

  it('pauses all limits during an action, and continues with the remaining time', async () => {
    const { limits, signals, begin, letTimePass } = setUp();
    void begin(100);
    await letTimePass(60);
    let finishAction = () => {};
    const action = new Promise<void>((resolve) => {
      finishAction = resolve;
    });
    const paused = limits.pauseWhile(() => action);
    void begin(50); // begins during the pause
    await letTimePass(1000);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    finishAction();
    await paused;
    await letTimePass(39);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    await letTimePass(1);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    await letTimePass(10);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it('continues after the last of several actions has ended, also if it failed', async () => {
    const { limits, signals, begin, letTimePass } = setUp();
    void begin(100);
    let failAction = (_: Error) => {};
    const failing = new Promise<void>((_, reject) => {
      failAction = reject;
    });
    const first = limits.pauseWhile(() => failing);
    await limits.pauseWhile(async () => undefined);
    await letTimePass(1000);
    expect(signals[0]?.aborted).toBe(false);
    failAction(new Error('The operator did not act'));
    await expect(first).rejects.toThrow('The operator did not act');
    await letTimePass(100);
    expect(signals[0]?.aborted).toBe(true);
  });

  it('does not abort after the work has ended', async () => {
    const { signals, finishers, begin, letTimePass } = setUp();
    const work = begin(100);
    finishers[0]?.();
    await work;
    await letTimePass(1000);
    expect(signals[0]?.aborted).toBe(false);
  });
});
