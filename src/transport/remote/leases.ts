/** Who has which key. One lease a key; while a key is being handed back, the next one waits. */

import type { Clock } from '#base/clock.ts';
import { TransportError } from '#protocol/errors.ts';

export interface Lease {
  readonly key: string;
  readonly holder: string;
  /** Milliseconds since the Unix epoch. */
  readonly sinceMs: number;
  /** Free again once `closing` has settled. */
  end(closing: Promise<unknown>): void;
}

export class Leases {
  readonly #clock: Clock;
  readonly #leases = new Map<string, Lease & { ended?: Promise<void> }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  of(key: string): Lease | undefined {
    return this.#leases.get(key);
  }

  /** @throws {TransportError} `unavailable` when another one has it. */
  async take(key: string, holder: string): Promise<Lease> {
    for (let held = this.#leases.get(key); held; held = this.#leases.get(key)) {
      if (!held.ended) throw taken(held);
      await held.ended;
    }
    const lease: Lease & { ended?: Promise<void> } = {
      key,
      holder,
      sinceMs: this.#clock.now(),
      end: (closing) => {
        const free = () => void this.#leases.delete(key);
        lease.ended ??= closing.then(free, free);
      },
    };
    this.#leases.set(key, lease);
    return lease;
  }
}

const taken = ({ key, holder, sinceMs }: Lease) =>
  new TransportError('unavailable', `${key} is leased by ${holder} since ${new Date(sinceMs).toISOString()}`);
