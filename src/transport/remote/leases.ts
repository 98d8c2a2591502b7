/** Leases of keys: at most one lease for each key. A request for a key that is being closed waits until the key is free. */

import type { Clock } from '#base/clock.ts';
import { TransportError } from '#protocol/errors.ts';

export interface Lease {
  readonly key: string;
  readonly holder: string;
  /** Start of the lease, in milliseconds since the Unix epoch. */
  readonly sinceMs: number;
  /** Ends the lease. The key is free when `closing` has settled. */
  end(closing: Promise<unknown>): void;
}

type TrackedLease = Lease & { whenFree?: Promise<void> };

export class Leases {
  readonly #clock: Clock;
  readonly #leases = new Map<string, TrackedLease>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns the lease of `key`, or undefined if the key is free. */
  get(key: string): Lease | undefined {
    return this.#leases.get(key);
  }

  /** Creates a lease of `key`. @throws {TransportError} `unavailable` if another client has leased the key. */
  async acquire(key: string, holder: string): Promise<Lease> {
    for (let current = this.#leases.get(key); current; current = this.#leases.get(key)) {
      if (!current.whenFree) throw createLeasedError(current);
      await current.whenFree;
    }
    const lease: TrackedLease = {
      key,
      holder,
      sinceMs: this.#clock.now(),
      end: (closing) => {
        const free = () => void this.#leases.delete(key);
        lease.whenFree ??= closing.then(free, free);
      },
    };
    this.#leases.set(key, lease);
    return lease;
  }
}

const createLeasedError = ({ key, holder, sinceMs }: Lease) =>
  new TransportError('unavailable', `${key} is leased by ${holder} since ${new Date(sinceMs).toISOString()}`);
