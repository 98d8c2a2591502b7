/** The client's side of a connection to a key server: one request at a time, each with its answer or a typed error. */

import { SerialQueue, settlesWithin } from '#base/async.ts';
import type { Clock } from '#base/clock.ts';
import { Deadline } from '#base/deadline.ts';
import { TransportError } from '#protocol/errors.ts';
import type { TransactOptions } from '../device.ts';
import type { MessageSocket } from './message-socket.ts';
import { type ClientMessageJson, parseServerMessage, type ServerMessage } from './messages.ts';

/** Longer than the time limit of 180 seconds on the server, so that the server's error arrives first. */
const answerTimeoutMs = 190_000;
const cancelTimeoutMs = 10_000;
const releaseTimeoutMs = 10_000;

type Request = Exclude<ClientMessageJson, { type: 'cancel' | 'release' }>;
type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
type Answer = Exclude<ServerMessage, { type: 'keepalive' | 'error' | 'ended' }>;

interface PendingRequest {
  id: number;
  options: TransactOptions;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

export class RemoteClientSession {
  readonly #name: string;
  readonly #socket: MessageSocket;
  readonly #clock: Clock;
  readonly #answerDeadline: Deadline;
  readonly #queue = new SerialQueue();
  #lastId = 0;
  #pending: PendingRequest | undefined;
  /** Why the session has ended; undefined while it is open. */
  #closedError: TransportError | undefined;

  /** `name` is the name of the other side in error messages. */
  constructor(name: string, socket: MessageSocket, clock: Clock) {
    this.#name = name;
    this.#socket = socket;
    this.#clock = clock;
    this.#answerDeadline = new Deadline(clock, () =>
      this.#fail(new TransportError('timeout', `${name} does not answer`)),
    );
    socket.onText((text) => this.#onText(text));
    void socket.ended.then((why) => this.#fail(new TransportError('disconnected', `${name} is gone: ${why}`)));
  }

  /**
   * Sends a request after earlier requests are answered. Resolves with an answer of type `answerType`.
   * @throws {TransportError}; the reason of the signal if it was aborted before the device got the message.
   */
  request<T extends Answer['type']>(
    request: WithoutId<Request>,
    answerType: T,
    options: TransactOptions = {},
  ): Promise<Extract<Answer, { type: T }>> {
    return this.#queue.run(() => this.#request(request, answerType, options));
  }

  /** Ends the lease. Resolves when the other side has closed the key. A pending request is rejected at once. */
  async release(): Promise<void> {
    this.#send({ type: 'release' });
    this.#end(new TransportError('disconnected', `${this.#name} was closed`));
    await settlesWithin(this.#socket.ended, releaseTimeoutMs, this.#clock);
    this.#socket.close();
  }

  async #request<T extends Answer['type']>(request: WithoutId<Request>, answerType: T, options: TransactOptions) {
    const { signal } = options;
    if (this.#closedError) throw this.#closedError;
    signal?.throwIfAborted();
    this.#lastId += 1;
    const id = this.#lastId;
    const cancel = () => {
      if (this.#closedError) return;
      this.#send({ type: 'cancel', id });
      this.#answerDeadline.set(cancelTimeoutMs);
    };
    const pending = new Promise<Answer>((resolve, reject) => {
      this.#pending = { id, options, resolve, reject };
    });
    this.#answerDeadline.set(answerTimeoutMs);
    this.#send({ ...request, id } as ClientMessageJson);
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const answer = await pending;
      if (answer.type === answerType) return answer as Extract<Answer, { type: T }>;
      const problem = `Expected an answer of type ${answerType} from ${this.#name}, got ${answer.type}`;
      throw this.#fail(new TransportError('framing', problem));
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#pending = undefined;
      this.#answerDeadline.clear();
    }
  }

  #onText(text: string): void {
    let message: ServerMessage;
    try {
      message = parseServerMessage(text);
    } catch (error) {
      this.#fail(error as TransportError);
      return;
    }
    if (message.type === 'ended') this.#fail(new TransportError('disconnected', `${this.#name}: ${message.message}`));
    else if (message.id === this.#pending?.id) this.#onAnswer(message, this.#pending);
  }

  #onAnswer(message: Exclude<ServerMessage, { type: 'ended' }>, { options, resolve, reject }: PendingRequest): void {
    if (message.type === 'keepalive') options.onKeepalive?.(message.state);
    else if (message.type !== 'error') resolve(message);
    else if (message.kind === 'cancelled') reject(options.signal?.reason ?? new Error(message.message));
    else reject(new TransportError(message.kind, `${this.#name}: ${message.message}`));
  }

  /** Ends the session with an error and closes the connection. */
  #fail(error: TransportError): TransportError {
    this.#end(error);
    this.#socket.close();
    return error;
  }

  #end(error: TransportError): void {
    this.#closedError ??= error;
    this.#answerDeadline.stop();
    this.#pending?.reject(this.#closedError);
  }

  #send(message: ClientMessageJson): void {
    this.#socket.send(JSON.stringify(message));
  }
}
