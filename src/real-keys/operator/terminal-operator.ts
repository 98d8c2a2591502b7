/** A person at the keys: reads what is to be done where it is shown, and does it in time or not. */
import { type Clock, systemClock } from '#base/clock.ts';
import type { HandlingRequest, Operator } from '#scenario/parties/operator.ts';
import { type PromptDisplay, promptOf } from '#scenario/parties/operator-prompt.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { doneWithin, waitForHands } from './wait-for-action.ts';

/** What is done by then, by the key itself or by somebody who was quick, is not asked for. */
const graceMs = 200;

export class Person implements Operator {
  readonly #displays: readonly PromptDisplay[];
  readonly #clock: Clock;
  readonly #requests = new OneAtATime();

  constructor(displays: readonly PromptDisplay[], clock: Clock = systemClock) {
    this.#displays = displays;
    this.#clock = clock;
  }

  perform(request: HandlingRequest, done: Promise<unknown>, signal: AbortSignal): Promise<void> {
    done.catch(() => undefined); // it is told when its turn has come
    return this.#requests.run(request.key.address, async () => {
      if (await doneWithin(graceMs, done, signal, this.#clock)) return;
      const prompt = promptOf(request);
      const shown = this.#displays.map((display) => display.show(prompt));
      try {
        await waitForHands(request, done, signal, this.#clock);
      } finally {
        for (const takeAway of shown) takeAway();
      }
    });
  }
}
