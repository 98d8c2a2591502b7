/**
 * The state between the commands of a sequence, CTAP 2.1 section 6: getAssertion and getNextAssertion, the enumerations of
 * credential management, an enrollment, the fragments of a large-blob array. There is one sequence of a kind at a time. It
 * belongs to the channel that began it: commands on another channel neither continue nor end it, but can begin another one.
 */
import type { Channel } from './session.ts';

export class Sequence<State> {
  #current: { channel: Channel; state: State } | undefined;

  /** Begins a sequence, or replaces its state. */
  set(channel: Channel, state: State): void {
    this.#current = { channel, state };
  }

  /** Returns the state of the sequence that this channel began; undefined if there is none. */
  of(channel: Channel): State | undefined {
    return this.#current?.channel === channel ? this.#current.state : undefined;
  }

  /** Whether another channel has a sequence. */
  isForeignTo(channel: Channel): boolean {
    return this.#current !== undefined && this.#current.channel !== channel;
  }

  /** Ends the sequence if this channel began it. */
  end(channel: Channel): void {
    if (this.#current?.channel === channel) this.#current = undefined;
  }

  /** Ends the sequence of any channel. */
  clear(): void {
    this.#current = undefined;
  }
}
