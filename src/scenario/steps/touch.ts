/** Step `touch`: waits until a key asks for its gesture, then touches it, denies, or lets the time run out. */
import { setImmediate as immediately } from 'node:timers/promises';
import type { KeyUnderTest } from '../parties/key-under-test.ts';
import { step } from './step.ts';
import type { World } from './step-context.ts';

/** Longer than any party waits for a person. */
const patienceMs = 10 * 60_000;

export const touch = step({
  keyword: 'touch',
  async run(args, world, signal) {
    if (args === 'never') return letTimeRunOut(world, signal);
    if (args === 'deny') return (await whoeverAsks(world, signal)).deny(signal);
    for (let left = args?.times ?? 1; left > 0; left--) {
      const key = await whoeverAsks(world, signal);
      if (args?.after) await world.clock.sleep(args.after, signal);
      await key.touch(signal);
    }
  },
});

async function letTimeRunOut(world: World, signal: AbortSignal): Promise<void> {
  await whoeverAsks(world, signal);
  world.clock.advance(patienceMs);
  await world.ceremonies.settled();
}

/** A touch that was felt before this step began may have ended the ceremony: it counts first. */
const afterTouches = (ended: Promise<never>): Promise<never> =>
  ended.catch(async (error: unknown) => {
    await immediately();
    throw error;
  });

/** The first authenticator that asks; the ceremony's end ends the wait. */
async function whoeverAsks({ authenticators, dialog }: World, signal: AbortSignal): Promise<KeyUnderTest> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  try {
    const asked = authenticators.map(async (key) => {
      await key.whenAsked(either);
      return key;
    });
    return await Promise.race([...asked, afterTouches(dialog.whenEnded(either))]);
  } finally {
    over.abort();
  }
}
