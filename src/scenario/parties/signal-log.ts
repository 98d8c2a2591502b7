/** The calls of the signal methods in a case (WebAuthn L3 section 5.1.10), and what the client did with each. */
import { setTimeout as delay } from 'node:timers/promises';
import type { CredentialSignal, SignalEffect, SignalMethod } from '#client/signals.ts';
import { failureOf } from './ceremonies.ts';

/** How long the page may take to call a method after the last step. */
const callMs = 2_000;
const pollMs = 25;

export interface ReceivedSignal {
  signal: CredentialSignal;
  /** Name of the error that the page got, or `none`. */
  error: string;
  effect: SignalEffect;
}

export class SignalLog {
  readonly #received: ReceivedSignal[] = [];

  /** Runs `work` as the call of a signal method, and records how it ends. */
  async follow(signal: CredentialSignal, work: () => Promise<SignalEffect>): Promise<void> {
    try {
      this.#received.push({ signal, error: 'none', effect: await work() });
    } catch (error) {
      const effect = { removed: 0, hidden: 0, restored: 0, renamed: 0 };
      this.#received.push({ signal, error: failureOf(error).error, effect });
      throw error;
    }
  }

  /** Returns the calls of a method so far. */
  of(method: SignalMethod): ReceivedSignal[] {
    return this.#received.filter(({ signal }) => signal.method === method);
  }

  /** Waits a moment until a method was called `times` times: a page does so without a request to its server. */
  async whenCalled(method: SignalMethod, times: number): Promise<void> {
    const deadline = performance.now() + callMs;
    while (this.of(method).length < times && performance.now() < deadline) await delay(pollMs);
  }
}
