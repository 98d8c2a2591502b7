/** A client of pcscd over its local socket. One request at a time; every command has a response of a fixed length. */
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { SerialQueue } from '#base/async.ts';
import { concat } from '#base/bytes.ts';
import { messageOf } from '#base/errors.ts';
import { TransportError } from '#protocol/errors.ts';
import {
  cardMayBeStarting,
  connectRequest,
  decodeConnectResponse,
  decodeReaderStates,
  decodeTransmitResponse,
  describeResult,
  disposition,
  encodeHeader,
  encodeWords,
  type PcscdCommand,
  protocolVersion,
  type ReaderState,
  readWord,
  responseLengths,
  scope,
  success,
  transmitRequest,
} from './messages.ts';

/** A card connected in exclusive mode. */
export interface ConnectedCard {
  readonly handle: number;
  /** T=0 or T=1, as numbered by PC/SC. */
  readonly protocol: number;
}

/** The card on the reader cannot be connected, but it may have just been inserted and still be starting. */
export class CardNotReadyError extends TransportError {}

interface PendingRead {
  length: number;
  resolve(bytes: Uint8Array): void;
  reject(error: Error): void;
}

/** The socket of pcscd. Its own client library reads the same variable. */
const socketPath = () => process.env.PCSCLITE_CSOCK_NAME ?? '/run/pcscd/pcscd.comm';

/** Opens the socket of this machine's pcscd. */
export const openPcscdSocket = (): Duplex => connect(socketPath());

export class PcscdClient {
  readonly #socket: Duplex;
  readonly #queue = new SerialQueue();
  #received: Uint8Array[] = [];
  #pendingRead: PendingRead | undefined;
  #closedError: TransportError | undefined;
  #context = 0;

  private constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on('data', (chunk: Uint8Array) => {
      this.#received.push(chunk);
      this.#settlePendingRead();
    });
    socket.on('error', (cause) => this.#close(new TransportError('disconnected', 'pcscd is gone', { cause })));
    for (const event of ['end', 'close'])
      socket.on(event, () => this.#close(new TransportError('disconnected', 'pcscd closed the connection')));
  }

  /**
   * Connects, checks the protocol version and establishes a context.
   * @throws {TransportError} `unavailable` if pcscd does not run or has another protocol version.
   */
  static async connect(open: () => Duplex = openPcscdSocket): Promise<PcscdClient> {
    const client = new PcscdClient(open());
    try {
      const { major, minor } = protocolVersion;
      throwUnlessSuccess(readWord(await client.#request('version', encodeWords(major, minor, 0)), 2));
      const established = await client.#request('establishContext', encodeWords(scope.system, 0, 0));
      throwUnlessSuccess(readWord(established, 2));
      client.#context = readWord(established, 1);
      return client;
    } catch (cause) {
      client.close();
      const { code } = ((cause as Error).cause ?? {}) as { code?: string };
      const isAbsent = code === 'ENOENT' || code === 'ECONNREFUSED';
      const why = isAbsent ? 'the smart-card service does not run; start pcscd' : messageOf(cause);
      throw new TransportError('unavailable', `Cannot use smart cards: ${why}`, { cause });
    }
  }

  async listReaders(): Promise<ReaderState[]> {
    return decodeReaderStates(await this.#request('getReadersState', new Uint8Array(0)));
  }

  /**
   * Connects the card on `reader` in exclusive mode, because another program could select another applet.
   * @throws {CardNotReadyError} if a later attempt may succeed
   * @throws {TransportError} `unavailable`
   */
  async connectCard(reader: string): Promise<ConnectedCard> {
    const response = await this.#request('connect', connectRequest(this.#context, reader));
    const { card, protocol, result } = decodeConnectResponse(response);
    if (cardMayBeStarting(result)) throw new CardNotReadyError('unavailable', describeResult(result));
    throwUnlessSuccess(result);
    return { handle: card, protocol };
  }

  /**
   * Sends a command APDU and resolves with the response APDU.
   * @throws {TransportError} `disconnected` if the card does not answer; `framing` if the response is too long, which ends the connection
   */
  async transmit({ handle, protocol }: ConnectedCard, apdu: Uint8Array): Promise<Uint8Array> {
    return this.#queue.run(async () => {
      this.#send('transmit', transmitRequest(handle, protocol, apdu.length), apdu);
      const response = await this.#read(responseLengths.transmit);
      const { length, result } = this.#closeIfInvalid(() => decodeTransmitResponse(response));
      if (result !== success) throw new TransportError('disconnected', describeResult(result));
      return this.#read(length);
    });
  }

  /** Disconnects and resets the card. */
  async disconnectCard({ handle }: ConnectedCard): Promise<void> {
    await this.#request('disconnect', encodeWords(handle, disposition.reset, 0));
  }

  close(): void {
    this.#close(new TransportError('disconnected', 'The connection to pcscd was closed'));
    this.#socket.destroy();
  }

  /** Closes the connection if `decode` throws: what follows an invalid response cannot be read. */
  #closeIfInvalid<T>(decode: () => T): T {
    try {
      return decode();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #request(command: PcscdCommand, request: Uint8Array): Promise<Uint8Array> {
    return this.#queue.run(() => {
      this.#send(command, request);
      return this.#read(responseLengths[command]);
    });
  }

  #send(command: PcscdCommand, request: Uint8Array, apdu: Uint8Array = new Uint8Array(0)): void {
    if (!this.#closedError) this.#socket.write(concat(encodeHeader(command, request.length), request, apdu));
  }

  #read(length: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#pendingRead = { length, resolve, reject };
      this.#settlePendingRead();
    });
  }

  /** Resolves the pending read if enough bytes were received; rejects it if the connection is closed. */
  #settlePendingRead(): void {
    if (!this.#pendingRead) return;
    const { length, resolve, reject } = this.#pendingRead;
    const available = this.#received.reduce((sum, chunk) => sum + chunk.length, 0);
    if (available < length) {
      if (!this.#closedError) return;
      this.#pendingRead = undefined;
      reject(this.#closedError);
      return;
    }
    const bytes = concat(...this.#received);
    this.#received = [bytes.subarray(length)];
    this.#pendingRead = undefined;
    resolve(bytes.slice(0, length));
  }

  #close(reason: TransportError): void {
    this.#closedError ??= reason;
    this.#settlePendingRead();
  }
}

function throwUnlessSuccess(result: number): void {
  if (result !== success) throw new TransportError('unavailable', describeResult(result));
}
