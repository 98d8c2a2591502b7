/** CTAPHID_LOCK, CTAP 2.1 section 11.2.9.2.2: reserves the device for one channel, for at most 10 seconds. */
import type { Clock } from '#base/clock.ts';
import type { CtapHidError } from '#protocol/ctaphid.ts';

const maxLockSeconds = 10;

export class ChannelLock {
  readonly #clock: Clock;
  #lock: { channel: number; until: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Locks the device for `channel`, or unlocks it for 0 seconds. `payload` is the time in seconds, one byte. Returns an error for any other payload. */
  set(channel: number, payload: Uint8Array): CtapHidError | undefined {
    const [seconds] = payload;
    if (seconds === undefined || payload.length > 1) return 'ERR_INVALID_LEN';
    if (seconds > maxLockSeconds) return 'ERR_INVALID_PAR';
    this.#lock = seconds === 0 ? undefined : { channel, until: this.#clock.monotonic() + seconds * 1000 };
    return undefined;
  }

  /** Whether another channel holds the lock. */
  blocks(channel: number): boolean {
    if (this.#lock && this.#clock.monotonic() >= this.#lock.until) this.#lock = undefined;
    return this.#lock !== undefined && this.#lock.channel !== channel;
  }

  release(): void {
    this.#lock = undefined;
  }
}
