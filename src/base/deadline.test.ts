import { describe, expect, it } from 'vitest';
import { AdjustableClock } from './clock.ts';
import { Deadline } from './deadline.ts';

const nextTurn = () => new Promise(setImmediate);

function createDeadline() {
  const clock = new AdjustableClock();
  let expirations = 0;
  const deadline = new Deadline(clock, () => {
    expirations += 1;
  });
  /** Moves the clock and returns how often the deadline expired meanwhile. */
  const advance = async (ms: number) => {
    const before = expirations;
    clock.advance(ms);
    await nextTurn();
    return expirations - before;
  };
  return { deadline, advance };
}

describe('Deadline', () => {
  it.each<[string, (deadline: Deadline) => void, [ms: number, expirations: number][]]>([
    [
      'expires once',
      (deadline) => deadline.set(100),
      [
        [90, 0],
        [20, 1],
        [500, 0],
      ],
    ],
    [
      'expires later when it is moved to a later time',
      (deadline) => [100, 300].forEach((ms) => deadline.set(ms)),
      [
        [200, 0],
        [110, 1],
      ],
    ],
    [
      'expires earlier when it is moved to an earlier time',
      (deadline) => [300, 100].forEach((ms) => deadline.set(ms)),
      [
        [110, 1],
        [300, 0],
      ],
    ],
    ['does not expire when it is cleared', (deadline) => deadline.set(100) ?? deadline.clear(), [[200, 0]]],
    [
      'expires when it is set after it was cleared',
      (deadline) => deadline.set(100) ?? deadline.clear() ?? deadline.set(50),
      [
        [60, 1],
        [100, 0],
      ],
    ],
    ['does not expire when it is stopped', (deadline) => deadline.set(100) ?? deadline.stop(), [[200, 0]]],
  ])('%s', async (_behaviour, act, steps) => {
    const { deadline, advance } = createDeadline();
    act(deadline);
    for (const [ms, expirations] of steps) expect(await advance(ms)).toBe(expirations);
  });

  it('can be set again after it expired, was cleared or was stopped', async () => {
    const { deadline, advance } = createDeadline();
    for (const end of [() => undefined, () => deadline.clear(), () => deadline.stop()]) {
      deadline.set(100);
      end();
      await advance(1000);
      deadline.set(100);
      expect(await advance(110)).toBe(1);
    }
  });
});
