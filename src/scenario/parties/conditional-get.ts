/**
 * The conditional get() of a case: what its autofill list offers, and how it ends. It is pending while the page is open, and it is a
 * ceremony only while the user signs in with an account from the list.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { AutofillPrompt } from '#client/user-interaction.ts';
import type { PartyEvent } from '#result/transcript.ts';
import { type Ceremonies, failureOf } from './ceremonies.ts';
import type { AutofillObserver } from './security-dialog.ts';

/** How long the end of a request may take to arrive after the last step. */
const endMs = 2_000;
const pollMs = 25;

export interface ConditionalGetOptions {
  ceremonies: Ceremonies;
  /** Records an event for the report. */
  note(event: string, detail?: PartyEvent['detail']): void;
}

export class ConditionalGet implements AutofillObserver {
  /** State of the last one: `none` before the first, `pending`, `succeeded`, or the name of the DOMException that the page got. */
  state = 'none';
  /** User names of the accounts in the list that was offered last, in its order. */
  accounts: readonly string[] | undefined;
  /** Why the last sign-in from the list failed, or `none`. */
  problem = 'none';
  readonly #options: ConditionalGetOptions;
  #requests = 0;
  #endSignIn: ReturnType<Ceremonies['begin']> | undefined;

  constructor(options: ConditionalGetOptions) {
    this.#options = options;
  }

  /** Runs `work` as a conditional get(). Returns its result or throws its error. */
  async follow<T>(work: () => Promise<T>): Promise<T> {
    const request = ++this.#requests;
    this.state = 'pending';
    try {
      const response = await work();
      this.#end(request, 'succeeded', { error: 'none' });
      return response;
    } catch (error) {
      const failure = failureOf(error);
      this.#end(request, failure.error, failure);
      throw error;
    }
  }

  /** Waits up to two seconds until the state is `expected`, because the end of a page is reported with a delay. */
  async whenState(expected: string): Promise<void> {
    const deadline = performance.now() + endMs;
    while (this.state !== expected && performance.now() < deadline) await delay(pollMs);
  }

  offered({ accounts, problem }: AutofillPrompt): void {
    this.accounts = accounts.map(({ name }) => name);
    this.problem = problem ?? 'none';
    this.#options.note('autofill.offered', { accounts: this.accounts.join(', '), ...(problem && { problem }) });
    if (problem) this.#finishSignIn({ error: 'none', reason: `the sign-in from the autofill list failed: ${problem}` });
  }

  chosen(name: string): void {
    this.#options.note('autofill.chosen', { account: name });
    this.#endSignIn = this.#options.ceremonies.begin();
  }

  dismissed(): void {
    this.#options.note('autofill.dismissed');
  }

  /** Does not change the state if the page has started another request. */
  #end(request: number, state: string, outcome: Parameters<ReturnType<Ceremonies['begin']>>[0]): void {
    this.#finishSignIn(outcome);
    this.#options.note('autofill.ended', { state });
    if (request === this.#requests) this.state = state;
  }

  #finishSignIn(outcome: Parameters<ReturnType<Ceremonies['begin']>>[0]): void {
    this.#endSignIn?.(outcome);
    this.#endSignIn = undefined;
  }
}
