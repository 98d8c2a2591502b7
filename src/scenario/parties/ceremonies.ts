/** The WebAuthn ceremonies of a case, seen from the client: whether one is running, and how the last one ended. */
import { messageOf } from '#base/errors.ts';
import { CeremonyError, cancelledMessage } from '#client/ceremony-error.ts';
import type { PublicKeyCredentialCreationOptionsJSON } from '#client/credential-options.ts';
import type { EndReason } from '#client/user-interaction.ts';
import { WebAuthnError } from '#protocol/errors.ts';

/** The reason that the dialog shows, or that the user cancelled. */
export type CeremonyEnding = EndReason | 'cancelled';

export interface CeremonyOutcome {
  /** DOMException name, or `none` when it succeeded. */
  error: string;
  /** The reason of the failure in the client. The page does not get this. */
  reason?: string;
  /** The text of the last page of the dialog. */
  ending?: CeremonyEnding;
  durationMs: number;
  /** `performance.now()` when it ended. */
  endedAt: number;
  /** `response.transports` of a registration. */
  transports?: string[];
}

export class Ceremonies {
  last: CeremonyOutcome | undefined;
  /** The options of the last create(), if the client reports them. */
  creationOptions: PublicKeyCredentialCreationOptionsJSON | undefined;
  #running: Promise<void> | undefined;
  readonly #onEnd: (outcome: CeremonyOutcome) => void;
  readonly #onBegin: () => void;
  readonly #onCreation: (() => void) | undefined;

  /** `onCreation`: a registration begins, if the client reports the kind of ceremony. */
  constructor(hooks: { onBegin(): void; onEnd(outcome: CeremonyOutcome): void; onCreation?(): void }) {
    this.#onBegin = hooks.onBegin;
    this.#onEnd = hooks.onEnd;
    this.#onCreation = hooks.onCreation;
  }

  /** Runs `work` as a registration. Returns its result or throws its error. */
  followCreation<T>(options: PublicKeyCredentialCreationOptionsJSON, work: () => Promise<T>): Promise<T> {
    this.creationOptions = options;
    this.#onCreation?.();
    return this.follow(work);
  }

  /** Whether a ceremony is running. */
  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Runs `work` as a ceremony. Returns its result or throws its error. */
  async follow<T>(work: () => Promise<T>): Promise<T> {
    const end = this.begin();
    try {
      const response = await work();
      end({ error: 'none', ...transportsOf(response) });
      return response;
    } catch (error) {
      end(failureOf(error));
      throw error;
    }
  }

  /** A ceremony begins. It ends when the returned function is called with its outcome. */
  begin(): (outcome: Pick<CeremonyOutcome, 'error' | 'reason' | 'ending' | 'transports'>) => void {
    const startMs = performance.now();
    let settle = () => {};
    const running = new Promise<void>((resolve) => {
      settle = resolve;
    });
    this.last = undefined;
    this.#onBegin();
    this.#running = running;
    return (outcome) => {
      this.#finish(running, { ...outcome, ...timing(startMs) });
      settle();
    };
  }

  /** Waits until no ceremony is running. */
  async settled(): Promise<void> {
    while (this.#running) await this.#running;
  }

  /** A ceremony that ends after the page has started the next one does not count: dialog and outcome belong to the next one. */
  #finish(ceremony: Promise<void>, outcome: CeremonyOutcome): void {
    if (this.#running !== ceremony) return;
    this.#running = undefined;
    this.last = outcome;
    this.#onEnd(outcome);
  }
}

function timing(startMs: number): Pick<CeremonyOutcome, 'durationMs' | 'endedAt'> {
  const endedAt = performance.now();
  return { durationMs: endedAt - startMs, endedAt };
}

function transportsOf(response: unknown): { transports?: string[] } {
  const transports = (response as { response?: { transports?: string[] } }).response?.transports;
  return transports ? { transports } : {};
}

/** When the page aborts, the error is the reason of its signal and not a `WebAuthnError`. */
export function failureOf(error: unknown): { error: string; reason: string; ending?: CeremonyEnding } {
  if (error instanceof WebAuthnError) {
    const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
    const ending = endingOf(error);
    return { error: error.name, reason: `${error.message}${cause}`, ...(ending && { ending }) };
  }
  return error instanceof Error
    ? { error: error.name, reason: error.message }
    : { error: 'UnknownError', reason: messageOf(error) };
}

function endingOf(error: WebAuthnError): CeremonyEnding | undefined {
  if (error.message === cancelledMessage) return 'cancelled';
  return error instanceof CeremonyError ? error.endReason : undefined;
}
