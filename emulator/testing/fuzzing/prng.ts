/** A seeded pseudo-random number generator for tests: a linear congruential generator, fast enough for millions of requests. */
export class Prng {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Returns a whole number from 0 to `bound` - 1. */
  int(bound: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * bound);
  }

  /** Returns true with probability 1 / `count`. */
  oneIn(count: number): boolean {
    return this.int(count) === 0;
  }

  /** Returns one of the items. */
  pick<T>(items: readonly T[]): T {
    return items[this.int(items.length)] as T;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.int(256));
  }
}
