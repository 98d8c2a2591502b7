/** Allocated CTAPHID channels, CTAP 2.1 section 11.2.3. Their number is limited: the least recently used channel is dropped. */

import type { Random } from '#base/random.ts';
import { broadcastChannel, reservedChannel } from '#protocol/ctaphid.ts';

/** More than the programs that use one key at a time; limits the memory that a host can occupy with INIT. */
const maxChannels = 64;

export class HidChannels {
  readonly #random: Random;
  /** Channel to the sequence number of its last use. */
  readonly #allocated = new Map<number, number>();
  #uses = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Returns whether `channel` is allocated, and marks it as used. */
  has(channel: number): boolean {
    if (!this.#allocated.has(channel)) return false;
    this.#use(channel);
    return true;
  }

  /** Allocates a random channel that is not in use. */
  allocate(): number {
    let channel: number;
    do {
      const [a, b, c, d] = this.#random.bytes(4) as unknown as [number, number, number, number];
      channel = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
    } while (channel === reservedChannel || channel === broadcastChannel || this.#allocated.has(channel));
    return this.adopt(channel);
  }

  /**
   * Allocates a channel that the host chose. The specification does not define INIT on a channel that was never allocated;
   * test suites for U2F and CTAPHID expect a response.
   */
  adopt(channel: number): number {
    this.#use(channel);
    if (this.#allocated.size > maxChannels) this.#allocated.delete(this.#leastRecentlyUsed());
    return channel;
  }

  clear(): void {
    this.#allocated.clear();
  }

  #use(channel: number): void {
    this.#uses += 1;
    this.#allocated.set(channel, this.#uses);
  }

  #leastRecentlyUsed(): number {
    const [oldest] = [...this.#allocated].reduce((one, other) => (other[1] < one[1] ? other : one));
    return oldest;
  }
}
