/** The WebAuthn ceremonies of a case as the browser's side sees them: running or over, and how the last one ended. */
import { WebAuthnError } from '#protocol/errors.ts';

export interface CeremonyOutcome {
  /** DOMException name, or `none` when it succeeded. */
  error: string;
  /** Why it failed, as our client knows it; pages never see this. */
  reason?: string;
  durationMs: number;
  /** `performance.now()` when it ended. */
  endedAt: number;
  /** `response.transports` of a registration. */
  transports?: string[];
}

export class Ceremonies {
  last: CeremonyOutcome | undefined;
  #running: Promise<unknown> | undefined;
  readonly #onEnd: (outcome: CeremonyOutcome) => void;
  readonly #onBegin: () => void;

  constructor(hooks: { onBegin(): void; onEnd(outcome: CeremonyOutcome): void }) {
    this.#onBegin = hooks.onBegin;
    this.#onEnd = hooks.onEnd;
  }

  /** Follows `work` from now to its end and passes its result or error on. */
  async follow<T>(work: () => Promise<T>): Promise<T> {
    const startMs = performance.now();
    this.last = undefined;
    this.#onBegin();
    const running = work();
    this.#running = running.catch(() => {});
    try {
      const response = await running;
      this.#finish({ error: 'none', ...since(startMs), ...transportsOf(response) });
      return response;
    } catch (error) {
      this.#finish({ ...failureOf(error), ...since(startMs) });
      throw error;
    }
  }

  /** Resolves when no ceremony runs. */
  async settled(): Promise<void> {
    await this.#running;
  }

  #finish(outcome: CeremonyOutcome): void {
    this.last = outcome;
    this.#onEnd(outcome);
  }
}

function since(startMs: number): Pick<CeremonyOutcome, 'durationMs' | 'endedAt'> {
  const endedAt = performance.now();
  return { durationMs: endedAt - startMs, endedAt };
}

function transportsOf(response: unknown): { transports?: string[] } {
  const transports = (response as { response?: { transports?: string[] } }).response?.transports;
  return transports ? { transports } : {};
}

/** An abort by the page arrives as the signal's reason, not as one of our errors. */
function failureOf(error: unknown): { error: string; reason: string } {
  if (error instanceof WebAuthnError) {
    const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
    return { error: error.name, reason: `${error.message}${cause}` };
  }
  return error instanceof Error
    ? { error: error.name, reason: error.message }
    : { error: 'UnknownError', reason: String(error) };
}
