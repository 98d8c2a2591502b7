/** The sign-ins that this client has seen: conditional create() is allowed right after one. WebAuthn L3 section 5.1.3 step 19. */
import type { Clock } from '#base/clock.ts';

/** How long a sign-in counts as recent. The specification leaves it to the client. */
const recentMs = 5 * 60_000;

export class RecentAuthentications {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #lastByOrigin = new Map<string, number>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Records a sign-in at `origin`. get() does this itself; a sign-in with a password is recorded by the caller. */
  add(origin: string): void {
    this.#lastByOrigin.set(origin, this.#clock.monotonic());
  }

  /** Returns whether the last sign-in at `origin` is recent. */
  includes(origin: string): boolean {
    const last = this.#lastByOrigin.get(origin);
    return last !== undefined && this.#clock.monotonic() - last <= recentMs;
  }
}
