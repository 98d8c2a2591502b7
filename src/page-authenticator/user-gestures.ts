/** The gestures of the user at an emulated key: at once, after a time, never, or by calls of the test. */
import type { Clock } from '#base/clock.ts';
import { UsageError } from '#base/errors.ts';
import { type GestureOutcome, type GestureRequest, type GestureSource, ManualGestures } from '#emulator';

/** `auto`: at once; `afterMs`: after this time; `manual`: when the test calls `touch()` or `deny()`; `never`: not at all. */
export type TouchPolicy = 'auto' | 'manual' | 'never' | { afterMs: number };

export class UserGestures implements GestureSource {
  policy: TouchPolicy;
  readonly #clock: Clock;
  readonly #manual = new ManualGestures();

  constructor(policy: TouchPolicy, clock: Clock) {
    this.policy = policy;
    this.#clock = clock;
  }

  respond(request: GestureRequest, signal: AbortSignal): GestureOutcome | Promise<GestureOutcome> {
    const { policy } = this;
    if (policy === 'auto') return 'granted';
    if (policy === 'never') return new Promise(() => undefined);
    if (policy === 'manual') return this.#manual.respond(request, signal);
    return this.#clock.sleep(policy.afterMs, signal).then(() => 'granted');
  }

  /** @throws {UsageError} unless the policy is `manual`. */
  answer(outcome: 'granted' | 'denied' | 'no-match'): void {
    if (this.policy !== 'manual')
      throw new UsageError(
        `Cannot make a gesture at the key: its touch policy is ${JSON.stringify(this.policy)}. Set it to "manual" first: test.use({ securityKeyOptions: { touch: 'manual' } })`,
      );
    if (outcome === 'granted') this.#manual.touch();
    else if (outcome === 'denied') this.#manual.deny();
    else this.#manual.finger(false);
  }
}
