/** CTAPHID_LOCK, CTAP 2.1 section 11.2.9.2.2: reserves the device for one channel, for at most 10 seconds. */
import type { Clock } from '#base/clock.ts';
import type { CtapHidError } from '#protocol/ctaphid.ts';
import type { HidRules } from '../transport-rules.ts';

const maxLockSeconds = 10;

export class ChannelLock {
  readonly #clock: Clock;
  readonly #rules: HidRules;
  #lock: { channel: number; until: number } | undefined;

  constructor(clock: Clock, rules: HidRules) {
    this.#clock = clock;
    this.#rules = rules;
  }

  /** Locks the device for `channel`, or unlocks it for 0 seconds. `payload` is the time in seconds, one byte. Returns an error for any other payload. */
  set(channel: number, payload: Uint8Array): CtapHidError | undefined {
    const { enforceLockTime, enforceLockLength, releaseLock } = this.#rules;
    const [seconds = 0] = payload;
    if (payload.length !== 1 && enforceLockLength) return 'ERR_INVALID_LEN';
    if (seconds > maxLockSeconds && enforceLockTime) return 'ERR_INVALID_PAR';
    const until = releaseLock ? this.#clock.monotonic() + seconds * 1000 : Number.POSITIVE_INFINITY;
    this.#lock = seconds === 0 && releaseLock ? undefined : { channel, until };
    return undefined;
  }

  /** Whether another channel holds the lock. */
  blocks(channel: number): boolean {
    const { enforceLock, lockAllowsOwnChannel } = this.#rules;
    if (this.#lock && this.#clock.monotonic() >= this.#lock.until) this.#lock = undefined;
    if (!this.#lock || !enforceLock) return false;
    return this.#lock.channel !== channel || !lockAllowsOwnChannel;
  }

  release(): void {
    this.#lock = undefined;
  }
}
