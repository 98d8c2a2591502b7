/** The session of one running command: how it is cancelled, how it loses power, and how it reports progress. */

/** The two states that an authenticator reports while it executes a command. */
export type Keepalive = 'processing' | 'upneeded';

/**
 * Identity of the logical channel that a message came from: a CTAPHID channel, the selection of a card's applet, or a caller in
 * the same process. Two messages are from the same channel if it is the same object.
 */
export type Channel = object;

/** The host and the power supply of a running command. */
export interface Session {
  readonly channel: Channel;
  /** Aborted when the host cancels: the command ends with CTAP2_ERR_KEEPALIVE_CANCEL at its next wait. */
  readonly signal: AbortSignal | undefined;
  /** Aborted when the power is lost: the command stops. */
  readonly power: AbortSignal;
  keepalive(state: Keepalive): void;
  /** Runs `action` after the answer is sent, unless the power is lost before. */
  afterAnswer(action: () => void): void;
}

interface SessionOptions extends Pick<Session, 'channel' | 'power' | 'signal'> {
  onKeepalive?: ((state: Keepalive) => void) | undefined;
}

/** The session of a received command. */
export class CommandSession implements Session {
  readonly channel: Channel;
  readonly signal: AbortSignal | undefined;
  readonly power: AbortSignal;
  readonly #onKeepalive: ((state: Keepalive) => void) | undefined;
  #afterAnswer: (() => void)[] | undefined;

  constructor({ channel, power, signal, onKeepalive }: SessionOptions) {
    this.channel = channel;
    this.power = power;
    this.signal = signal;
    this.#onKeepalive = onKeepalive;
  }

  keepalive(state: Keepalive): void {
    this.#onKeepalive?.(state);
  }

  afterAnswer(action: () => void): void {
    this.#afterAnswer ??= [];
    this.#afterAnswer.push(action);
  }

  /** Runs the actions registered with `afterAnswer`. */
  runAfterAnswer(): void {
    for (const action of this.#afterAnswer ?? []) action();
  }
}
