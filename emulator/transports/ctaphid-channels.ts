/** Allocated CTAPHID channels, CTAP 2.1 section 11.2.3. Their number is limited: the least recently used channel is dropped. */

import type { Random } from '#base/random.ts';
import { broadcastChannel, reservedChannel } from '#protocol/ctaphid.ts';
import type { Channel } from '../session.ts';
import type { HidRules } from '../transport-rules.ts';

/** More than the programs that use one key at a time; limits the memory that a host can occupy with INIT. */
const maxChannels = 64;

/** The object identifies the channel: a channel number that is allocated again is another channel. */
interface AllocatedChannel {
  /** Sequence number of its last use. */
  lastUse: number;
}

export class HidChannels {
  readonly #random: Random;
  readonly #rules: HidRules;
  readonly #allocated = new Map<number, AllocatedChannel>();
  #uses = 0;

  constructor(random: Random, rules: HidRules) {
    this.#random = random;
    this.#rules = rules;
  }

  /** Returns whether `channel` is allocated, and marks it as used. */
  has(channel: number): boolean {
    if (!this.#allocated.has(channel)) return false;
    this.#use(channel);
    return true;
  }

  /** Allocates a random channel that is not in use. */
  allocate(): number {
    const { allocateDifferentChannels, keepOtherChannels } = this.#rules;
    const [present] = this.#allocated.keys();
    if (present !== undefined && !allocateDifferentChannels) return present;
    if (!keepOtherChannels) this.#allocated.clear();
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

  /** Returns the identity of an allocated channel. */
  identityOf(channel: number): Channel | undefined {
    return this.#allocated.get(channel);
  }

  clear(): void {
    this.#allocated.clear();
  }

  #use(channel: number): void {
    this.#uses += 1;
    const allocated = this.#allocated.get(channel);
    if (allocated) allocated.lastUse = this.#uses;
    else this.#allocated.set(channel, { lastUse: this.#uses });
  }

  #leastRecentlyUsed(): number {
    const [oldest] = [...this.#allocated].reduce((one, other) => (other[1].lastUse < one[1].lastUse ? other : one));
    return oldest;
  }
}
