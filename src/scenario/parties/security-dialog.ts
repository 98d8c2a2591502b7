/**
 * The person in front of the security dialog, played by scenario steps: the client asks, a step answers.
 * At most one question is open at a time. A step that waits for a question which can no longer come fails at once and says why.
 */
import {
  type AccountChoice,
  type AuthenticatorChoice,
  type Cancelled,
  cancelled,
  type EndReason,
  type PinPrompt,
  type PresencePrompt,
  type ReviewPrompt,
  type UserInteraction,
} from '#client/user-interaction.ts';

/** What the dialog can show, with the answer it takes. */
interface Questions {
  choose: { detail: AuthenticatorChoice[]; answer: string };
  connect: { detail: undefined; answer: 'connected' };
  pin: { detail: PinPrompt; answer: string };
  presence: { detail: PresencePrompt; answer: Cancelled };
  review: { detail: ReviewPrompt; answer: 'ok' };
  account: { detail: AccountChoice[]; answer: Uint8Array };
}
export type QuestionKind = keyof Questions;

interface QuestionOf<K extends QuestionKind> {
  kind: K;
  detail: Questions[K]['detail'];
  answer(value: Questions[K]['answer']): void;
  cancel(): void;
}
/** A question on show; `kind` tells the types of its detail and its answer. */
export type Question<K extends QuestionKind = QuestionKind> = { [Q in K]: QuestionOf<Q> }[K];

/** Told whenever the dialog shows something else; the overlay draws it. */
export interface DialogObserver {
  shown(question: Question): void;
  informed(reason: EndReason): void;
  closed(): void;
}

const wordings: Record<QuestionKind, string> = {
  choose: 'where to save the passkey',
  connect: 'to connect a key',
  pin: 'for a PIN',
  presence: 'for a touch',
  review: 'for a last look',
  account: 'which account to use',
};

interface Waiter {
  accepts(question: Question): boolean;
  resolve(question: Question): void;
  reject(error: Error): void;
}

export class SecurityDialog implements UserInteraction {
  readonly endReasons: EndReason[] = [];
  #open: Question | undefined;
  #ended: string | undefined;
  readonly #waiters = new Set<Waiter>();
  readonly #observer: DialogObserver | undefined;
  /** Steps of the case say `review`; otherwise the last look is confirmed by itself. */
  readonly #reviewed: boolean;

  constructor(options: { reviewed: boolean; observer?: DialogObserver }) {
    this.#reviewed = options.reviewed;
    this.#observer = options.observer;
  }

  chooseAuthenticator(choices: AuthenticatorChoice[], signal: AbortSignal): Promise<string | Cancelled> {
    return this.#ask('choose', choices, signal);
  }

  connectKey(signal: AbortSignal): Promise<'connected' | Cancelled> {
    return this.#ask('connect', undefined, signal);
  }

  providePin(prompt: PinPrompt, signal: AbortSignal): Promise<string | Cancelled> {
    return this.#ask('pin', prompt, signal);
  }

  awaitPresence(prompt: PresencePrompt, signal: AbortSignal): Promise<Cancelled> {
    return this.#ask('presence', prompt, signal);
  }

  review(prompt: ReviewPrompt, signal: AbortSignal): Promise<'ok' | Cancelled> {
    return this.#reviewed ? this.#ask('review', prompt, signal) : Promise.resolve('ok');
  }

  chooseAccount(accounts: AccountChoice[], signal: AbortSignal): Promise<Uint8Array | Cancelled> {
    return this.#ask('account', accounts, signal);
  }

  inform(reason: EndReason): void {
    this.endReasons.push(reason);
    this.#observer?.informed(reason);
  }

  /** A ceremony begins: questions may come again. */
  begin(): void {
    this.#ended = undefined;
  }

  /** The ceremony is over; whoever still waits for a question learns `how`. */
  end(how: string): void {
    this.#ended = how;
    this.#observer?.closed();
    for (const waiter of this.#waiters) waiter.reject(this.#cannotCome());
  }

  /** The question on show, if any. */
  get open(): Question | undefined {
    return this.#open;
  }

  /**
   * Waits until the dialog asks one of `kinds`.
   * @throws {Error} when the ceremony ends first, saying how; the signal's reason when aborted.
   */
  whenAskedFor<K extends QuestionKind>(kinds: readonly K[], signal: AbortSignal): Promise<Question<K>> {
    const accepts = (question: Question) => (kinds as readonly QuestionKind[]).includes(question.kind);
    if (this.#open && accepts(this.#open)) return Promise.resolve(this.#open as unknown as Question<K>);
    if (this.#ended !== undefined) return Promise.reject(this.#cannotCome(kinds));
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        this.#waiters.delete(waiter);
        signal.removeEventListener('abort', abort);
        finish();
      };
      const abort = () => settle(() => reject(this.#stillWaiting(kinds, signal.reason)));
      const waiter: Waiter = {
        accepts,
        resolve: (question) => settle(() => resolve(question as unknown as Question<K>)),
        reject: (error) => settle(() => reject(error)),
      };
      this.#waiters.add(waiter);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** Rejects when the ceremony ends, saying how; never resolves. For steps that wait for something beside the dialog. */
  whenEnded(signal: AbortSignal): Promise<never> {
    return this.whenAskedFor([], signal) as Promise<never>;
  }

  #ask<K extends QuestionKind>(
    kind: K,
    detail: Questions[K]['detail'],
    signal: AbortSignal,
  ): Promise<Questions[K]['answer'] | Cancelled> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        if (this.#open === (question as unknown)) this.#open = undefined;
        signal.removeEventListener('abort', abort);
        finish();
      };
      const abort = () => settle(() => reject(signal.reason));
      const question: QuestionOf<K> = {
        kind,
        detail,
        answer: (value) => settle(() => resolve(value)),
        cancel: () => settle(() => resolve(cancelled)),
      };
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      this.#show(question as unknown as Question);
    });
  }

  #show(question: Question): void {
    this.#open = question;
    this.#observer?.shown(question);
    for (const waiter of this.#waiters) if (waiter.accepts(question)) waiter.resolve(question);
  }

  #cannotCome(kinds: readonly QuestionKind[] = []): Error {
    const asked = kinds.map((kind) => wordings[kind]).join(' or ');
    return new Error(`the security dialog will not ask ${asked || 'again'}: it has closed (${this.#ended})`);
  }

  #stillWaiting(kinds: readonly QuestionKind[], cause: unknown): Error {
    const asked = kinds.map((kind) => wordings[kind]).join(' or ');
    const now = this.#open ? `it asks ${wordings[this.#open.kind]}` : 'it shows nothing';
    return new Error(`the security dialog did not ask ${asked}: ${now}`, { cause });
  }
}
