/**
 * Transport `vpcd`: this process is the virtual smart-card reader of vsmartcard, without pcscd, and emulated cards connect to it over TCP.
 * Each message follows its length; one byte is a control code of the reader, more bytes are an APDU. The address is `vpcd:HOST:PORT`, on
 * which the reader listens.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { withTimeout } from '#base/async.ts';
import { type Clock, systemClock } from '#base/clock.ts';
import { TransportError } from '#protocol/errors.ts';
import { splitByLength, withLengthPrefix } from '#protocol/length-prefixed.ts';
import type { CardConnection } from './card-connection.ts';
import { openSmartCard } from './smart-card-channel.ts';
import { parseSocketAddress, type SocketAddress } from './sockets.ts';
import type { Transport } from './transport.ts';

const defaultPort = 35963;
/** Emulated cards try to connect about once a second. */
const cardTimeoutMs = 6_000;
const powerOn = new Uint8Array([1]);

export const vpcd: Transport = {
  scheme: 'vpcd',
  list: async () => [],
  async open(where, options) {
    const reader = await VirtualReader.listen(parseSocketAddress('vpcd', where, defaultPort));
    try {
      const card = await reader.waitForCard(options?.clock);
      const close = async () => {
        await card.close();
        await reader[Symbol.asyncDispose]();
      };
      const { name, transport } = card;
      return await openSmartCard({ name, transport, transmit: (apdu) => card.transmit(apdu), close }, options);
    } catch (error) {
      await reader[Symbol.asyncDispose]();
      throw error;
    }
  },
};

/** A reader that waits for cards. */
export class VirtualReader implements AsyncDisposable {
  readonly #server: Server;
  readonly #host: string;
  /** Cards that have connected and are not in use yet. */
  readonly #cards: Socket[] = [];

  private constructor(server: Server, host: string) {
    this.#server = server;
    this.#host = host;
    server.on('connection', (card) => {
      card.on('error', () => undefined); // 'close' follows
      this.#cards.push(card);
      server.emit('card');
    });
  }

  /** @throws {TransportError} `unavailable` if the port cannot be used, e.g. because pcscd has the virtual reader. */
  static async listen({ host, port }: SocketAddress): Promise<VirtualReader> {
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => {
        const message = `Cannot wait for a card at vpcd:${host}:${port}: ${cause.message}`;
        reject(new TransportError('unavailable', message, { cause }));
      });
      server.listen(port, host, resolve);
    });
    return new VirtualReader(server, host);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resolves with the next card, powered on. @throws {TransportError} `unavailable` if none connects in time. */
  async waitForCard(clock: Clock = systemClock): Promise<CardConnection> {
    const name = `vpcd:${this.#host}:${this.port}`;
    const noCard = () => new TransportError('unavailable', `Cannot open ${name}: no card has connected`);
    for (;;) {
      const card = this.#cards.shift();
      if (card && !card.destroyed) return new VirtualCard(name, card);
      if (!card) await withTimeout(once(this.#server, 'card'), cardTimeoutMs, clock, noCard);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const card of this.#cards) card.destroy();
    if (this.#server.listening) await new Promise<unknown>((resolve) => this.#server.close(resolve));
  }
}

class VirtualCard implements CardConnection {
  readonly name: string;
  readonly transport = 'nfc';
  readonly #socket: Socket;
  #onResponse: ((response: Uint8Array) => void) | undefined;

  constructor(name: string, socket: Socket) {
    this.name = name;
    this.#socket = socket;
    socket.on(
      'data',
      splitByLength((response) => this.#onResponse?.(response)),
    );
    socket.write(withLengthPrefix(powerOn));
  }

  transmit(apdu: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const onClose = () => reject(new TransportError('disconnected', `${this.name} is gone`));
      if (this.#socket.destroyed) return onClose();
      this.#socket.once('close', onClose);
      this.#onResponse = (response) => {
        this.#socket.off('close', onClose);
        resolve(response);
      };
      this.#socket.write(withLengthPrefix(apdu));
    });
  }

  async close(): Promise<void> {
    this.#socket.destroy();
  }
}
