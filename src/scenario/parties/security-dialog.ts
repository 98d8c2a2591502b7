/**
 * The security dialog of our client, answered by the steps of a scenario: the client asks a question, a step answers it. At most one
 * question is open at a time. A step that waits for a question that can no longer come fails at once with the reason.
 */
import { abortable, Waiters } from '#base/async.ts';
import {
  type AccountChoice,
  type AuthenticatorChoice,
  type AutofillPrompt,
  type Cancelled,
  cancelled,
  type EndReason,
  type PinPrompt,
  type PresencePrompt,
  type ReviewPrompt,
  type UserInteraction,
} from '#client/user-interaction.ts';

/** The questions of the dialog, with the type of their answers. */
interface Questions {
  choose: { detail: AuthenticatorChoice[]; answer: string };
  connect: { detail: undefined; answer: 'connected' };
  pin: { detail: PinPrompt; answer: string };
  presence: { detail: PresencePrompt; answer: Cancelled };
  review: { detail: ReviewPrompt; answer: 'ok' };
  account: { detail: AccountChoice[]; answer: Uint8Array };
  /** Not the dialog: the autofill list of a form field in the page. It may be open beside a question of the dialog. */
  autofill: { detail: AutofillPrompt; answer: Uint8Array | 'another-device' };
}
export type QuestionKind = keyof Questions;

interface QuestionOf<K extends QuestionKind> {
  kind: K;
  detail: Questions[K]['detail'];
  answer(value: Questions[K]['answer']): void;
  cancel(): void;
}
/** An open question; `kind` determines the types of its detail and its answer. */
export type Question<K extends QuestionKind = QuestionKind> = { [Q in K]: QuestionOf<Q> }[K];

/** Is notified whenever the dialog changes, to draw it. */
export interface DialogObserver {
  shown(question: Question): void;
  informed(reason: EndReason): void;
  closed(): void;
  /** The autofill list of the page is open with these accounts; undefined: it is closed. */
  autofillChanged?(prompt: AutofillPrompt | undefined): void;
}

/** Is notified about the autofill list of the page. */
export interface AutofillObserver {
  offered(prompt: AutofillPrompt): void;
  /** The user has picked an account, by its user name, or another device. */
  chosen(account: string): void;
  /** The user has closed the list. It is shown again when the user comes back to the form field. */
  dismissed(): void;
}

const questionTexts: Record<QuestionKind, string> = {
  choose: 'where to save the passkey',
  connect: 'to connect a key',
  pin: 'for a PIN',
  presence: 'for a touch',
  review: 'for a review',
  account: 'which account to use',
  autofill: 'which account of the autofill list to use',
};

export class SecurityDialog implements UserInteraction {
  readonly endReasons: EndReason[] = [];
  readonly #waiters = new Waiters<Question>();
  readonly #observer: DialogObserver | undefined;
  readonly #autofillObserver: AutofillObserver | undefined;
  /** A step of the case answers the review question; otherwise it is confirmed automatically. */
  readonly #hasReviewStep: boolean;
  #open: Question | undefined;
  #autofill: QuestionOf<'autofill'> | undefined;
  #isCancelled = false;
  /** How the ceremony ended; undefined while questions may come. */
  #ended: string | undefined;
  #offered: readonly AuthenticatorChoice[] = [];
  #chosen: AuthenticatorChoice['kind'] | undefined;

  constructor(options: { hasReviewStep: boolean; observer?: DialogObserver; autofill?: AutofillObserver }) {
    this.#hasReviewStep = options.hasReviewStep;
    this.#observer = options.observer;
    this.#autofillObserver = options.autofill;
  }

  /** How many steps wait for a question. */
  get waiting(): number {
    return this.#waiters.size;
  }

  async chooseAuthenticator(choices: AuthenticatorChoice[], signal: AbortSignal): Promise<string | Cancelled> {
    this.#offered = choices;
    const answer = await this.#ask('choose', choices, signal);
    this.#chosen = choices.find(({ id }) => id === answer)?.kind;
    return answer;
  }

  skipChoice(choices: readonly AuthenticatorChoice[]): void {
    this.#offered = choices;
    this.#chosen = choices[0]?.kind;
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

  async review(prompt: ReviewPrompt, signal: AbortSignal): Promise<'ok' | Cancelled> {
    return this.#hasReviewStep ? this.#ask('review', prompt, signal) : 'ok';
  }

  chooseAccount(accounts: AccountChoice[], signal: AbortSignal): Promise<Uint8Array | Cancelled> {
    return this.#ask('account', accounts, signal);
  }

  /** A list that the user closes without a choice stays available until the page or the client ends the request. */
  async chooseAutofillAccount(prompt: AutofillPrompt, signal: AbortSignal): Promise<Uint8Array | 'another-device'> {
    signal.throwIfAborted();
    let choose: (choice: Uint8Array | 'another-device') => void = () => undefined;
    const chosen = new Promise<Uint8Array | 'another-device'>((resolve) => {
      choose = resolve;
    });
    const close = () => {
      if (this.#autofill !== question) return;
      this.#autofill = undefined;
      this.#observer?.autofillChanged?.(undefined);
    };
    const question: QuestionOf<'autofill'> = {
      kind: 'autofill',
      detail: prompt,
      answer: (choice) => {
        close(); // at once, so that the next step does not find the answered list
        this.#autofillObserver?.chosen(nameOfChoice(choice, prompt));
        choose(choice);
      },
      cancel: () => {
        this.#observer?.autofillChanged?.(undefined);
        this.#autofillObserver?.dismissed();
      },
    };
    this.#autofill = question;
    this.#observer?.autofillChanged?.(prompt);
    this.#waiters.notify(question);
    this.#autofillObserver?.offered(prompt); // last, because it ends a sign-in from the list, and with it the steps that wait for its dialog
    try {
      return await abortable(chosen, signal);
    } finally {
      close();
    }
  }

  /** The browser's setting that allows it is on. */
  async consentToConditionalCreate(): Promise<'ok' | Cancelled> {
    return 'ok';
  }

  inform(reason: EndReason): void {
    this.endReasons.push(reason);
    this.#observer?.informed(reason);
  }

  /** A ceremony begins: questions may come. */
  begin(): void {
    this.#ended = undefined;
    this.#offered = [];
    this.#chosen = undefined;
    this.#isCancelled = false;
  }

  /** A step may let the page start a ceremony: questions may come again. Changes nothing while a ceremony is running. */
  expectCeremony(): void {
    if (this.#ended !== undefined) this.begin();
  }

  /** The ceremony has ended; every waiting step fails with `how` as the reason. */
  end(how: string): void {
    this.#ended = how;
    this.#observer?.closed();
    this.#waiters.rejectAll(new Error('The dialog has closed')); // the error of whenAskedFor names the expected question
  }

  /** The kind of authenticator that the ceremony uses: the only one, or the one that was chosen. Undefined before that. */
  get chosenKind(): AuthenticatorChoice['kind'] | undefined {
    return this.#chosen;
  }

  /** The kinds of authenticators that this ceremony offers, or uses without asking if there is only one; each once. */
  get offeredKinds(): AuthenticatorChoice['kind'][] {
    return [...new Set(this.#offered.map(({ kind }) => kind))];
  }

  /** The user cancelled the last question. The client now ends the ceremony, and the key stops waiting for a touch. */
  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** The open question of the dialog, if there is one. */
  get open(): Question | undefined {
    return this.#open;
  }

  /**
   * Waits until the dialog asks one of `kinds`.
   * @throws {Error} if the ceremony ends first, or if `signal` aborts first; the message describes what the dialog shows instead.
   */
  async whenAskedFor<K extends QuestionKind>(kinds: readonly K[], signal: AbortSignal): Promise<Question<K>> {
    const isExpected = ({ kind }: Question) => (kinds as readonly QuestionKind[]).includes(kind);
    const open = [this.#open, this.#autofill].find((question) => question && isExpected(question));
    if (open) return open as unknown as Question<K>;
    const isForListOnly = kinds.length > 0 && kinds.every((kind) => kind === 'autofill');
    if (this.#ended !== undefined && !isForListOnly) throw this.#closedError(kinds);
    try {
      return (await this.#waiters.wait(signal, isExpected)) as unknown as Question<K>;
    } catch (error) {
      if (signal.aborted && error === signal.reason) throw this.#notAskedError(kinds, error);
      if (isForListOnly) return await this.whenAskedFor(kinds, signal); // only the dialog has closed
      throw this.#closedError(kinds);
    }
  }

  /** Rejects when the ceremony ends, or when `signal` aborts; never resolves. For steps that wait for something besides the dialog. */
  whenEnded(signal: AbortSignal): Promise<never> {
    return this.whenAskedFor([], signal) as Promise<never>;
  }

  async #ask<K extends QuestionKind>(
    kind: K,
    detail: Questions[K]['detail'],
    signal: AbortSignal,
  ): Promise<Questions[K]['answer'] | Cancelled> {
    signal.throwIfAborted();
    let resolveAnswer: (value: Questions[K]['answer'] | Cancelled) => void = () => undefined;
    const answered = new Promise<Questions[K]['answer'] | Cancelled>((resolve) => {
      resolveAnswer = resolve;
    });
    const close = () => {
      if (this.#open === (question as unknown)) this.#open = undefined;
    };
    const settle = (value: Questions[K]['answer'] | Cancelled) => {
      close(); // at once, so that the next step does not find the answered question
      resolveAnswer(value);
    };
    const cancel = () => {
      this.#isCancelled = true;
      settle(cancelled);
    };
    const question: QuestionOf<K> = { kind, detail, answer: settle, cancel };
    this.#show(question as unknown as Question);
    try {
      return await abortable(answered, signal);
    } finally {
      close();
    }
  }

  #show(question: Question): void {
    this.#open = question;
    this.#isCancelled = false;
    this.#observer?.shown(question);
    this.#waiters.notify(question);
  }

  #closedError(kinds: readonly QuestionKind[] = []): Error {
    return new Error(
      `The security dialog will not ask ${describeQuestions(kinds) || 'again'}: it has closed (${this.#ended})`,
    );
  }

  #notAskedError(kinds: readonly QuestionKind[], cause: unknown): Error {
    return new Error(`The security dialog did not ask ${describeQuestions(kinds)}: ${this.describeState()}`, { cause });
  }

  /** Returns what the dialog shows, e.g. `it asks for a PIN`. */
  describeState(): string {
    if (this.#open) return `it asks ${questionTexts[this.#open.kind]}`;
    if (!this.#autofill) return 'it shows nothing';
    return `it shows nothing; the autofill list offers ${namesIn(this.#autofill.detail) || 'no account'}`;
  }
}

const namesIn = ({ accounts }: AutofillPrompt): string => accounts.map(({ name }) => name).join(', ');

const nameOfChoice = (choice: Uint8Array | 'another-device', { accounts }: AutofillPrompt): string =>
  choice === 'another-device'
    ? 'another device'
    : (accounts.find((one) => one.credentialId === choice)?.name ?? 'unknown');

const describeQuestions = (kinds: readonly QuestionKind[]): string =>
  kinds.map((kind) => questionTexts[kind]).join(' or ');
