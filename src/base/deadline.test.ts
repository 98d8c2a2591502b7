import { expect, it } from 'vitest';
import { AdjustableClock } from './clock.ts';
import { Deadline } from './deadline.ts';

const settled = () => new Promise(setImmediate);

function alarm() {
  const clock = new AdjustableClock();
  const rung: number[] = [];
  const it = new Deadline(clock, () => rung.push(1));
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settled();
    return rung.splice(0).length;
  };
  return { it, pass };
}

it.each<[string, (it: Deadline) => void, [ms: number, rings: number][]]>([
  [
    'rings once',
    (it) => it.set(100),
    [
      [90, 0],
      [20, 1],
      [500, 0],
    ],
  ],
  [
    'rings later when moved',
    (it) => [100, 300].forEach((ms) => it.set(ms)),
    [
      [200, 0],
      [110, 1],
    ],
  ],
  [
    'rings earlier when moved',
    (it) => [300, 100].forEach((ms) => it.set(ms)),
    [
      [110, 1],
      [300, 0],
    ],
  ],
  ['does not ring when cleared', (it) => it.set(100) ?? it.clear(), [[200, 0]]],
  [
    'rings after it was cleared and set',
    (it) => it.set(100) ?? it.clear() ?? it.set(50),
    [
      [60, 1],
      [100, 0],
    ],
  ],
  ['does not ring when stopped', (it) => it.set(100) ?? it.stop(), [[200, 0]]],
])('an alarm %s', async (_what, act, steps) => {
  const { it, pass } = alarm();
  act(it);
  for (const [ms, rings] of steps) expect(await pass(ms)).toBe(rings);
});

it('an alarm can be set again after each end', async () => {
  const { it, pass } = alarm();
  for (const end of [() => undefined, () => it.clear(), () => it.stop()]) {
    it.set(100);
    end();
    await pass(1000);
    it.set(100);
    expect(await pass(110)).toBe(1);
  }
});
