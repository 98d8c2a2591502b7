/** What the relying party of a case logs, as it happens: who is signed in, and what was refused. */
import { Waiters } from '#base/async.ts';
import type { PartyEvent } from '#result/transcript.ts';

export interface Refusal {
  event: string;
  /** Code of the reason, e.g. `totp-invalid`. */
  reason: string;
}

export class RelyingPartyLog {
  readonly #events: PartyEvent[] = [];
  readonly #waiters = new Waiters<PartyEvent>();
  #signedIn: string | undefined;
  #lastSignedIn: string | undefined;

  /** Name of the user who is signed in; undefined before the first sign-in and after a sign-out. */
  get signedIn(): string | undefined {
    return this.#signedIn;
  }

  /** Name of the user who has signed in last, also after a sign-out. */
  get lastSignedIn(): string | undefined {
    return this.#lastSignedIn;
  }

  /** Number of events so far. */
  get length(): number {
    return this.#events.length;
  }

  /** The last refusal, if there was one. */
  get lastRefusal(): Refusal | undefined {
    return this.refusalsSince(0).at(-1);
  }

  add(event: PartyEvent): void {
    this.#events.push(event);
    const user = event.detail?.user;
    if (signIns.has(event.event) && typeof user === 'string') {
      this.#signedIn = user;
      this.#lastSignedIn = user;
    }
    if (event.event === 'signout') this.#signedIn = undefined;
    this.#waiters.notify(event);
  }

  /** From now on no user counts as signed in, because the case continues with another one. */
  forgetUser(): void {
    this.#signedIn = undefined;
    this.#lastSignedIn = undefined;
  }

  /** Returns the refusals since the log had `length` events. */
  refusalsSince(length: number): Refusal[] {
    return this.#events.slice(length).flatMap((event) => toRefusal(event) ?? []);
  }

  /**
   * Waits until one of `events`, or a refusal, was logged since the log had `length` events. Returns the refusal.
   * @throws the reason of `signal` if it aborts first.
   */
  async whenDone(events: readonly string[], length: number, signal: AbortSignal): Promise<Refusal | undefined> {
    const isEnd = (one: PartyEvent) => events.includes(one.event) || toRefusal(one) !== undefined;
    const end = this.#events.slice(length).find(isEnd) ?? (await this.#waiters.wait(signal, isEnd));
    return toRefusal(end);
  }
}

const signIns = new Set(['signin.ok', 'signin.passkey.ok']);

function toRefusal({ event, detail }: PartyEvent): Refusal | undefined {
  const reason = detail?.reason;
  return typeof reason === 'string' ? { event, reason } : undefined;
}
