/** Records the ceremonies of the pages and the passkeys that they registered, and lets tests wait for changes. */
import { Waiters } from '#base/async.ts';
import type { BridgeProblem } from '#browser/bridge.ts';
import type { CallingFrame } from '#browser/webauthn-handler.ts';
import type { RegisteredPasskey } from './registered-passkey.ts';

/** One call of `navigator.credentials.create()` or `get()`. */
export interface CeremonyRecord {
  call: 'create' | 'get';
  origin: string;
  rpId: string;
  /** Milliseconds since the authenticator was attached. */
  atMs: number;
  /** Undefined while the call is running. */
  durationMs?: number;
  /** Name of the DOMException that the page got; absent if the call succeeded or is running. */
  error?: string;
  /** The reason of the failure in the client. The page does not get this. */
  reason?: string;
}

export class ActivityLog {
  readonly ceremonies: CeremonyRecord[] = [];
  readonly registrations: RegisteredPasskey[] = [];
  /** Failures of Touchstone itself; the page only got an UnknownError. */
  problems: () => readonly BridgeProblem[] = () => [];
  /** Addresses of the pages that have no WebAuthn, because they are no secure contexts. */
  insecurePages: () => string[] = () => [];
  readonly #changes = new Waiters<void>();

  /** Resolves with the next change. Rejects when `signal` is aborted. */
  nextChange(signal: AbortSignal): Promise<void> {
    return this.#changes.wait(signal);
  }

  notifyChange(): void {
    this.#changes.notify();
  }

  get isRunning(): boolean {
    return this.ceremonies.some(({ durationMs }) => durationMs === undefined);
  }

  /** Runs `work` as a ceremony and records its outcome. */
  async follow<T>(
    { call, rpId, caller, elapsedMs }: Pick<CeremonyRecord, 'call' | 'rpId'> & CeremonyEnvironment,
    work: () => Promise<T>,
  ): Promise<T> {
    const record: CeremonyRecord = { call, origin: caller.origin, rpId, atMs: elapsedMs() };
    this.ceremonies.push(record);
    this.notifyChange();
    try {
      return await work();
    } catch (error) {
      Object.assign(record, failureOf(error));
      throw error;
    } finally {
      record.durationMs = elapsedMs() - record.atMs;
      this.notifyChange();
    }
  }

  /** Returns what has happened, in lines for the message of a failed expectation. */
  describe(): string[] {
    const lines = this.ceremonies.map(describeCeremony);
    const problems = this.problems().map(({ ceremony, error }) => `${ceremony}: internal error: ${error.message}`);
    if (lines.length > 0) return [...lines, ...problems];
    const insecure = this.insecurePages().map(
      (url) => `${url} is not a secure context, so it has no WebAuthn. Use https, or http on localhost`,
    );
    const hint = 'Check that the step before starts the registration, for example that it clicks the right button';
    return [
      'No page has called navigator.credentials.create() or get()',
      ...(insecure.length > 0 ? insecure : [hint]),
      ...problems,
    ];
  }
}

interface CeremonyEnvironment {
  caller: CallingFrame;
  elapsedMs: () => number;
}

function describeCeremony({ call, origin, rpId, durationMs, error, reason }: CeremonyRecord): string {
  const what = `${call}() for ${rpId} at ${origin}`;
  if (durationMs === undefined) return `${what} is running`;
  return error === undefined ? `${what} succeeded` : `${what} failed with ${error}: ${reason}`;
}

function failureOf(error: unknown): { error: string; reason: string } {
  if (!(error instanceof Error)) return { error: 'UnknownError', reason: String(error) };
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return { error: error.name, reason: `${error.message}${cause}` };
}
