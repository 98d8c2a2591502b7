/** The security dialog in a test: what it has asked, and its answers - automatic, prepared by the test, or given one by one. */
import type { DialogProfileId } from '#browser/dialog-profiles.ts';
import type { DialogPrompt } from '#browser/dialog-view.ts';
import type { AuthenticatorChoice, EndReason } from '#client/user-interaction.ts';
import { type Question, type QuestionKind, SecurityDialog } from '#scenario/parties/security-dialog.ts';
import type { ActivityLog } from './activity-log.ts';
import { answerQuestion } from './answer-question.ts';

/** Answers for one kind of question, one for each time it is asked; `null` cancels the dialog. */
export interface PreparedAnswers {
  /** Kind of authenticator, or its label. */
  choose?: readonly (AuthenticatorChoice['kind'] | (string & {}) | null)[];
  /** The user confirms that the key is connected. */
  connect?: readonly ('connected' | null)[];
  /** The PIN that the user types, the current or the new one. */
  pin?: readonly (string | null)[];
  /** The touch itself happens at the key; only `null` is possible. */
  presence?: readonly null[];
  /** The last confirmation before the site gets the passkey. */
  review?: readonly ('ok' | null)[];
  /** User name. */
  account?: readonly (string | null)[];
  /** User name in the autofill list of a form field. */
  autofill?: readonly (string | null)[];
}

/** The system of the dialog, and how its questions are answered. */
export interface PasskeyDialogOptions {
  /** The system whose dialog is shown and whose limits for timeouts apply. Default: `windows-11`. */
  profile?: DialogProfileId;
  /**
   * What happens to a question without a prepared answer. `automatic` (default): save to the security key, type its PIN, confirm;
   * the autofill list is not used. `manual`: it stays open until the test answers it.
   */
  answers?: 'automatic' | 'manual';
  /** Answers for the first questions of each kind. */
  prepared?: PreparedAnswers;
  /** Whether the client refuses malformed responses of a key, as browsers do, or passes them to the site (`none`). Default: `strict`. */
  checks?: 'strict' | 'none';
  /** Whether to draw the dialog over the page, for headed runs, videos and screenshots. Default: false. */
  show?: boolean;
}

/** A question that the dialog has asked. A PIN is never part of it. */
export interface AskedQuestion<K extends QuestionKind = QuestionKind> {
  /** What the dialog asked for. */
  kind: K;
  /** What the dialog showed with the question, e.g. the number of PIN retries. */
  detail: Extract<Question, { kind: K }>['detail'];
}

interface DialogParts {
  log: ActivityLog;
  /** Returns the PIN of the key that the client is talking to. */
  currentPin: () => string | undefined;
  /** The user has chosen a new PIN. */
  onNewPin: (pin: string) => void;
  /** Draws the dialog; undefined removes it. */
  draw: (prompt: DialogPrompt | undefined) => void;
}

/** The PIN that automatic answers set on a key that has none. */
const newPin = '123456';

/** The security dialog behind the pages of a test. */
export class PasskeyDialog {
  /** What the dialog has asked so far. */
  readonly asked: AskedQuestion[] = [];
  /** The system of the dialog. */
  readonly profile: DialogProfileId;
  /** As `PasskeyDialogOptions.checks`. */
  readonly checks: 'strict' | 'none';
  /** As `PasskeyDialogOptions.answers`; a test may change it. */
  answers: 'automatic' | 'manual';
  /** The client's side of the dialog. @internal */
  readonly prompts: SecurityDialog;
  /** @internal */
  readonly log: ActivityLog;
  readonly #prepared = new Map<QuestionKind, (string | null)[]>();
  readonly #parts: DialogParts;
  readonly #never = new AbortController();

  /** @internal The fixture `passkeyDialog` and `attachAuthenticator` create dialogs. */
  constructor(options: PasskeyDialogOptions, parts: DialogParts) {
    this.profile = options.profile ?? 'windows-11';
    this.checks = options.checks ?? 'strict';
    this.answers = options.answers ?? 'automatic';
    this.log = parts.log;
    this.#parts = parts;
    this.prompts = new SecurityDialog({
      hasReviewStep: true,
      observer: {
        shown: (question) => this.#onQuestion(question),
        informed: (reason) => parts.draw({ kind: 'ended', detail: reason }),
        closed: () => parts.draw(undefined),
      },
      autofill: {
        offered: () => void this.#onAutofill(),
        chosen: () => undefined,
        dismissed: () => undefined,
      },
    });
    this.prepare(options.prepared ?? {});
  }

  /** Why ceremonies ended, as the last page of the dialog shows it. */
  get endReasons(): readonly EndReason[] {
    return this.prompts.endReasons;
  }

  /** Adds answers for questions to come. */
  prepare(answers: PreparedAnswers): void {
    for (const [kind, values] of Object.entries(answers) as [QuestionKind, readonly (string | null)[]][])
      this.#prepared.set(kind, [...(this.#prepared.get(kind) ?? []), ...values]);
  }

  /**
   * Waits until the dialog asks, and answers; `null` cancels. For `answers: 'manual'`.
   * @throws {Error} if the dialog closes first, if `signal` aborts first, or if the answer is not among the choices.
   */
  async answer(kind: QuestionKind, answer: string | null, signal: AbortSignal = this.#never.signal): Promise<void> {
    this.prompts.expectCeremony();
    const question = (await this.prompts.whenAskedFor([kind], signal)) as Question;
    this.#settle(question, answer);
  }

  /** Returns what the dialog has asked and shows now, in lines for the message of a failed expectation. @internal */
  describe(): string[] {
    const kinds = this.asked.map(({ kind }) => kind);
    return [
      kinds.length > 0 ? `The dialog has asked for: ${kinds.join(', ')}` : 'The dialog has asked for nothing',
      ...(this.prompts.open ? [`Now ${this.prompts.describeState()}, and waits for an answer`] : []),
    ];
  }

  #onQuestion(question: Question): void {
    this.#record(question);
    this.#parts.draw({ kind: question.kind, detail: question.detail } as DialogPrompt);
    const prepared = this.#prepared.get(question.kind);
    if (prepared && prepared.length > 0) this.#settle(question, prepared.shift() ?? null);
    else if (this.answers === 'automatic') this.#answerAutomatically(question);
  }

  async #onAutofill(): Promise<void> {
    const question = await this.prompts.whenAskedFor(['autofill'], this.#never.signal);
    this.#record(question);
    const answer = this.#prepared.get('autofill')?.shift();
    if (answer !== undefined) this.#settle(question as Question, answer);
  }

  #record({ kind, detail }: Question): void {
    this.asked.push({ kind, detail } as AskedQuestion);
    this.log.notifyChange();
  }

  #answerAutomatically(question: Question): void {
    if (question.kind === 'choose') {
      const choice = question.detail.find(({ kind }) => kind === 'security-key') ?? question.detail[0];
      this.#settle(question, choice?.id ?? null);
    } else if (question.kind === 'pin') this.#settle(question, this.#automaticPin(question));
    else if (question.kind === 'review') question.answer('ok');
    else if (question.kind === 'account') this.#settle(question, question.detail[0]?.name ?? null);
    // A key is connected and touched at the key, and the autofill list is part of the page.
  }

  /** Returns null when the answer before was wrong: repeating it would block the PIN. */
  #automaticPin({ detail: { kind, problem } }: Extract<Question, { kind: 'pin' }>): string | null {
    if (problem !== undefined) return null;
    return kind === 'enter' ? (this.#parts.currentPin() ?? null) : newPin;
  }

  #settle(question: Question, answer: string | null): void {
    const isNewPin = question.kind === 'pin' && question.detail.kind !== 'enter';
    if (isNewPin && answer !== null) this.#parts.onNewPin(answer);
    answerQuestion(question, answer);
  }
}
