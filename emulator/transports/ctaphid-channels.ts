/** The channels a CTAPHID device has given out: so many, and then the one longest unused is forgotten. CTAP 2.1 section 11.2.3. */

import type { Random } from '#base/random.ts';
import { broadcastChannel, reservedChannel } from '#protocol/ctaphid.ts';

/** More programs than will ever talk to one key at a time; a host that keeps asking costs no more. */
const mostChannels = 64;

export class HidChannels {
  readonly #random: Random;
  /** With the number of their last use. */
  readonly #allocated = new Map<number, number>();
  #uses = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** True for an allocated channel, which thereby is in use. */
  has(channel: number): boolean {
    if (!this.#allocated.has(channel)) return false;
    this.#use(channel);
    return true;
  }

  /** A channel that nobody has. */
  allocate(): number {
    let channel: number;
    do {
      const [a, b, c, d] = this.#random.bytes(4) as unknown as [number, number, number, number];
      channel = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
    } while (channel === reservedChannel || channel === broadcastChannel || this.#allocated.has(channel));
    return this.adopt(channel);
  }

  /**
   * Takes a channel that a host chose itself: the specification is silent about INIT on a channel never given out, and test
   * suites for U2F and CTAPHID count on an answer.
   */
  adopt(channel: number): number {
    this.#use(channel);
    if (this.#allocated.size > mostChannels) this.#allocated.delete(this.#longestUnused());
    return channel;
  }

  clear(): void {
    this.#allocated.clear();
  }

  #use(channel: number): void {
    this.#uses += 1;
    this.#allocated.set(channel, this.#uses);
  }

  #longestUnused(): number {
    const [oldest] = [...this.#allocated].reduce((one, other) => (other[1] < one[1] ? other : one));
    return oldest;
  }
}
