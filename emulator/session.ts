/** One command on its way, seen from inside. */

/** The two states an authenticator reports while it works. */
export type Keepalive = 'processing' | 'upneeded';

/** One command on its way: how the host cancels it, how the power goes, and how the host hears that it is still at work. */
export interface Session {
  /** Aborted by the host: the command ends with CTAP2_ERR_KEEPALIVE_CANCEL at the next wait. */
  readonly signal: AbortSignal | undefined;
  /** Aborted when the power is cut: nothing of the command happens after that. */
  readonly power: AbortSignal;
  keepalive(state: Keepalive): void;
  /** Runs once the answer is out, unless the power is cut before. */
  afterAnswer(action: () => void): void;
}

/** The session of a command that came in, and what waits for its answer. */
export class CommandSession implements Session {
  readonly signal: AbortSignal | undefined;
  readonly power: AbortSignal;
  readonly #onKeepalive: ((state: Keepalive) => void) | undefined;
  #late: (() => void)[] | undefined;

  constructor(power: AbortSignal, signal: AbortSignal | undefined, onKeepalive?: (state: Keepalive) => void) {
    this.power = power;
    this.signal = signal;
    this.#onKeepalive = onKeepalive;
  }

  keepalive(state: Keepalive): void {
    this.#onKeepalive?.(state);
  }

  afterAnswer(action: () => void): void {
    this.#late ??= [];
    this.#late.push(action);
  }

  /** The answer is out. */
  answered(): void {
    for (const action of this.#late ?? []) action();
  }
}
