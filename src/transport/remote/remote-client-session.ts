/** The client's end of a line to a machine that lends keys: one request at a time, each with its answer or a typed error. */

import type { Clock } from '#base/clock.ts';
import { Deadline } from '#base/deadline.ts';
import { TransportError } from '#protocol/errors.ts';
import type { TransactOptions } from '../device.ts';
import type { MessageSocket } from './message-socket.ts';
import { type ClientSays, readServerMessage, type ServerMessage } from './messages.ts';

/** The other machine gives up after 180 seconds itself. */
const answerMs = 190_000;
const cancelGraceMs = 10_000;
const goodbyeMs = 10_000;

type Request = Exclude<ClientSays, { type: 'cancel' | 'release' }>;
type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;
type Answer = Exclude<ServerMessage, { type: 'keepalive' | 'error' | 'ended' }>;

interface Pending {
  id: number;
  options: TransactOptions;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

export class RemoteClientSession {
  readonly #name: string;
  readonly #line: MessageSocket;
  readonly #clock: Clock;
  /** No answer came in time. */
  readonly #alarm: Deadline;
  #lastId = 0;
  #pending: Pending | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  /** Set for good once it is over. */
  #ended: TransportError | undefined;

  /** `name` is what messages call the other side. */
  constructor(name: string, line: MessageSocket, clock: Clock) {
    this.#name = name;
    this.#line = line;
    this.#clock = clock;
    this.#alarm = new Deadline(clock, () => this.#fail(new TransportError('timeout', `${name} does not answer`)));
    line.onText((text) => this.#hear(text));
    void line.ended.then((why) => this.#fail(new TransportError('disconnected', `${name} is gone: ${why}`)));
  }

  /**
   * Asks when it is its turn; the answer has the type that was wanted.
   * @throws {TransportError}; the signal's reason when that was aborted before the device had the message.
   */
  ask<T extends Answer['type']>(
    request: Unnumbered<Request>,
    wanted: T,
    options: TransactOptions = {},
  ): Promise<Extract<Answer, { type: T }>> {
    const mine = this.#turn.then(() => this.#ask(request, wanted, options));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Ends the lease; resolves when the other side has taken the key back. What is running ends at once. */
  async release(): Promise<void> {
    this.#say({ type: 'release' });
    this.#end(new TransportError('disconnected', `${this.#name} was closed`));
    const enough = new AbortController();
    const patience = this.#clock.sleep(goodbyeMs, enough.signal).catch(() => undefined);
    await Promise.race([this.#line.ended, patience]);
    enough.abort();
    this.#line.close();
  }

  async #ask<T extends Answer['type']>(request: Unnumbered<Request>, wanted: T, options: TransactOptions) {
    const { signal } = options;
    if (this.#ended) throw this.#ended;
    signal?.throwIfAborted();
    this.#lastId += 1;
    const id = this.#lastId;
    const cancel = () => {
      if (this.#ended) return;
      this.#say({ type: 'cancel', id });
      this.#alarm.set(cancelGraceMs);
    };
    const answer = new Promise<Answer>((resolve, reject) => {
      this.#pending = { id, options, resolve, reject };
    });
    this.#alarm.set(answerMs);
    this.#say({ ...request, id } as ClientSays);
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const given = await answer;
      if (given.type === wanted) return given as Extract<Answer, { type: T }>;
      throw this.#fail(new TransportError('framing', `${this.#name} answered ${request.type} with ${given.type}`));
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#pending = undefined;
      this.#alarm.clear();
    }
  }

  #hear(text: string): void {
    let message: ServerMessage;
    try {
      message = readServerMessage(text);
    } catch (error) {
      this.#fail(error as TransportError);
      return;
    }
    if (message.type === 'ended') this.#fail(new TransportError('disconnected', `${this.#name}: ${message.message}`));
    else if (message.id === this.#pending?.id) this.#take(message, this.#pending);
  }

  #take(message: Exclude<ServerMessage, { type: 'ended' }>, { options, resolve, reject }: Pending): void {
    if (message.type === 'keepalive') options.onKeepalive?.(message.state);
    else if (message.type !== 'error') resolve(message);
    else if (message.kind === 'cancelled') reject(options.signal?.reason ?? new Error(message.message));
    else reject(new TransportError(message.kind, `${this.#name}: ${message.message}`));
  }

  /** The two sides are no longer together: nothing can be asked any more. */
  #fail(error: TransportError): TransportError {
    this.#end(error);
    this.#line.close();
    return error;
  }

  #end(error: TransportError): void {
    this.#ended ??= error;
    this.#alarm.stop();
    this.#pending?.reject(this.#ended);
  }

  #say(message: ClientSays): void {
    this.#line.send(JSON.stringify(message));
  }
}
