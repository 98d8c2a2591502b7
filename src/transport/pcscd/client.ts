/** A client of pcscd over its local socket: one request at a time, each answer of the length its command has. */
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { concat } from '#base/bytes.ts';
import { TransportError } from '#protocol/errors.ts';
import {
  answerLengths,
  connectAnswer,
  connectRequest,
  disposition,
  errorText,
  header,
  type PcscdCommand,
  protocolVersion,
  type ReaderState,
  readerStates,
  scope,
  success,
  transmitAnswer,
  transmitRequest,
  wordAt,
  words,
} from './messages.ts';

/** A card that this program has to itself. */
export interface HeldCard {
  readonly handle: number;
  /** T=0 or T=1, as PC/SC numbers them. */
  readonly protocol: number;
}

/** Where pcscd listens; its own client library reads the same variable. */
const socketPath = () => process.env.PCSCLITE_CSOCK_NAME ?? '/run/pcscd/pcscd.comm';

/** Opens the socket of this machine's pcscd. */
export const openPcscdSocket = (): Duplex => connect(socketPath());

export class PcscdClient {
  readonly #socket: Duplex;
  #received: Uint8Array[] = [];
  #waiting: { length: number; resolve(bytes: Uint8Array): void; reject(error: Error): void } | undefined;
  #ended: TransportError | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #context = 0;

  private constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on('data', (chunk: Uint8Array) => {
      this.#received.push(chunk);
      this.#serve();
    });
    socket.on('error', (cause) => this.#end(new TransportError('disconnected', 'pcscd is gone', { cause })));
    for (const event of ['end', 'close'])
      socket.on(event, () => this.#end(new TransportError('disconnected', 'pcscd has closed the connection')));
  }

  /**
   * Greets pcscd and gets a context.
   * @throws {TransportError} `unavailable` when it does not run, or speaks another protocol.
   */
  static async connect(open: () => Duplex = openPcscdSocket): Promise<PcscdClient> {
    const client = new PcscdClient(open());
    try {
      const { major, minor } = protocolVersion;
      check(wordAt(await client.#ask('version', words(major, minor, 0)), 2));
      const established = await client.#ask('establishContext', words(scope.system, 0, 0));
      check(wordAt(established, 2));
      client.#context = wordAt(established, 1);
      return client;
    } catch (cause) {
      client.close();
      const { code } = ((cause as Error).cause ?? {}) as { code?: string };
      const absent = code === 'ENOENT' || code === 'ECONNREFUSED';
      const why = absent ? 'the smart-card service does not run; start pcscd' : (cause as Error).message;
      throw new TransportError('unavailable', `cannot use smart cards: ${why}`, { cause });
    }
  }

  async readers(): Promise<ReaderState[]> {
    return readerStates(await this.#ask('getReadersState', new Uint8Array(0)));
  }

  /** The card for this program alone: another one could select another applet meanwhile. @throws {TransportError} `unavailable`. */
  async hold(reader: string): Promise<HeldCard> {
    const { card, protocol, result } = connectAnswer(await this.#ask('connect', connectRequest(this.#context, reader)));
    check(result);
    return { handle: card, protocol };
  }

  /** Sends a command APDU. @throws {TransportError} `disconnected` when the card does not answer any more. */
  async transmit({ handle, protocol }: HeldCard, apdu: Uint8Array): Promise<Uint8Array> {
    return this.#inTurn(async () => {
      this.#send('transmit', transmitRequest(handle, protocol, apdu.length), apdu);
      const { length, result } = transmitAnswer(await this.#read(answerLengths.transmit));
      if (result !== success) throw new TransportError('disconnected', errorText(result));
      return this.#read(length);
    });
  }

  /** Gives the card back, reset. */
  async release({ handle }: HeldCard): Promise<void> {
    await this.#ask('disconnect', words(handle, disposition.reset, 0));
  }

  close(): void {
    this.#end(new TransportError('disconnected', 'the connection to pcscd was closed'));
    this.#socket.destroy();
  }

  #ask(command: PcscdCommand, request: Uint8Array): Promise<Uint8Array> {
    return this.#inTurn(() => {
      this.#send(command, request);
      return this.#read(answerLengths[command]);
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  #send(command: PcscdCommand, request: Uint8Array, more: Uint8Array = new Uint8Array(0)): void {
    if (!this.#ended) this.#socket.write(concat(header(command, request.length), request, more));
  }

  #read(length: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#waiting = { length, resolve, reject };
      this.#serve();
    });
  }

  /** Gives whoever waits what has come, or what became of the connection. */
  #serve(): void {
    if (!this.#waiting) return;
    const { length, resolve, reject } = this.#waiting;
    const there = this.#received.reduce((sum, chunk) => sum + chunk.length, 0);
    if (there < length) {
      if (this.#ended) this.#settle(() => reject(this.#ended as Error));
      return;
    }
    const all = concat(...this.#received);
    this.#received = [all.subarray(length)];
    this.#settle(() => resolve(all.slice(0, length)));
  }

  #settle(how: () => void): void {
    this.#waiting = undefined;
    how();
  }

  #end(reason: TransportError): void {
    this.#ended ??= reason;
    this.#serve();
  }
}

function check(result: number): void {
  if (result !== success) throw new TransportError('unavailable', errorText(result));
}
