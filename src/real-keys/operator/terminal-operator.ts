/** The operator is a person at the terminal: prompts show what to do with which key, until it is done or the time limit is over. */
import { type Clock, systemClock } from '#base/clock.ts';
import type { ManualActionRequest, Operator } from '#scenario/parties/operator.ts';
import { createPrompt, type PromptDisplay } from '#scenario/parties/operator-prompt.ts';
import { PerKeyQueue } from './per-key-queue.ts';
import { doneWithin, waitForAction } from './wait-for-action.ts';

/** No prompt is shown for an action that is done within this time, by the key itself or by a fast user. */
const graceMs = 200;

export class TerminalOperator implements Operator {
  readonly #displays: readonly PromptDisplay[];
  readonly #clock: Clock;
  readonly #queue = new PerKeyQueue();

  constructor(displays: readonly PromptDisplay[], clock: Clock = systemClock) {
    this.#displays = displays;
    this.#clock = clock;
  }

  perform(request: ManualActionRequest, done: Promise<unknown>, signal: AbortSignal): Promise<void> {
    done.catch(() => undefined); // awaited below, after the requests before this one
    return this.#queue.run(request.key.address, async () => {
      if (await doneWithin(graceMs, done, signal, this.#clock)) return;
      const prompt = createPrompt(request);
      const hidePrompts = this.#displays.map((display) => display.show(prompt));
      try {
        await waitForAction(request, done, signal, this.#clock);
      } finally {
        for (const hide of hidePrompts) hide();
      }
    });
  }
}
