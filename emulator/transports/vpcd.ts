/**
 * A key on the virtual smart-card reader of vsmartcard (vpcd), which pcscd and so every PC/SC program uses like a real reader.
 * The card connects to the reader over TCP. Each message follows its length as a big-endian u16: a message of one byte is a
 * control code of the reader (power, reset, answer to reset), a longer one is an APDU.
 */
import { connect, type Socket } from 'node:net';
import { fromHex } from '#base/bytes.ts';
import { TransportError } from '#protocol/errors.ts';
import { splitByLength, withLengthPrefix } from '#protocol/length-prefixed.ts';
import { CardKey, type CardKeyOptions } from './card-key.ts';
import type { AuthenticatorBackend } from './hid-key.ts';
import { createServedKey, type ListenOptions, type SocketKey } from './served-key.ts';
import { loopback } from './socket-server.ts';

/** The port where the reader waits for a card. */
export const defaultVpcdPort = 35963;
/** Answer to reset of a contactless card without historical bytes (PC/SC part 3 section 3.1.3.2.3): T=0 and T=1. */
const answerToReset = fromHex('3b80800101');
/** Time limit for the reader to close its end. It checks about twice a second whether the card is there. */
const closeTimeoutMs = 3_000;
const controlCodes = { powerOff: 0, powerOn: 1, reset: 2, answerToReset: 4 } as const;

/**
 * Inserts a key into the virtual reader; by default the one on this machine.
 * @throws {TransportError} `unavailable` if no reader listens there; the message says how to start one.
 */
export async function serveVpcd(
  authenticator: AuthenticatorBackend,
  options: ListenOptions & CardKeyOptions = {},
): Promise<SocketKey> {
  const { host = loopback, port = defaultVpcdPort } = options;
  const card = new VpcdCard(authenticator, { host, port }, options);
  await card.connect();
  return createServedKey(card.key, { name: `vpcd:${host}:${port}`, port }, async () => {
    card.key.unplug();
    await card.readerClosed;
  });
}

class VpcdCard {
  readonly key: CardKey;
  readonly #address: { host: string; port: number };
  #reader: Socket | undefined;
  /** Resolves when the reader has noticed the removal of the card: only then does it accept a card again. */
  readerClosed: Promise<unknown> = Promise.resolve();
  /** A command is running, and the reader waits for its response. */
  #isBusy = false;

  constructor(authenticator: AuthenticatorBackend, address: { host: string; port: number }, options: CardKeyOptions) {
    this.#address = address;
    const onRemoved = () => this.#disconnect();
    const onInserted = () => void this.connect().catch(() => this.key.unplug()); // the reader has ended
    this.key = new CardKey(authenticator, { onRemoved, onInserted }, options);
  }

  /** @throws {TransportError} `unavailable` if no reader listens. */
  async connect(): Promise<void> {
    await this.readerClosed;
    const reader = connect({ ...this.#address, noDelay: true });
    this.#reader = reader;
    await new Promise<void>((resolve, reject) => {
      reader.once('error', (cause) => reject(this.#unavailable(cause)));
      reader.once('connect', resolve);
    });
    reader.removeAllListeners('error');
    reader.on('error', () => undefined); // 'close' follows
    reader.on('close', () => {
      if (this.#reader === reader) this.key.unplug();
    });
    const onMessage = (message: Uint8Array) => {
      if (this.#reader === reader) this.#onMessage(message, reader);
    };
    reader.on('data', splitByLength(onMessage));
  }

  /** Ends the connection. The reader closes its end the next time it checks for the card. */
  #disconnect(): void {
    const reader = this.#reader;
    this.#reader = undefined;
    if (!reader || reader.destroyed) return;
    this.readerClosed = new Promise((resolve) => reader.once('close', resolve));
    reader.end();
    reader.setTimeout(closeTimeoutMs, () => reader.destroy());
  }

  /** Removes the card from a reader that sends a command while another one is running: a real reader never does. */
  #onMessage(message: Uint8Array, reader: Socket): void {
    const [code] = message;
    if (message.length === 1 && code !== undefined) this.#onControl(code, reader);
    else if (this.#isBusy) this.key.unplug();
    else void this.#onCommand(message, reader);
  }

  #onControl(code: number, reader: Socket): void {
    if (code === controlCodes.answerToReset) reader.write(withLengthPrefix(answerToReset));
    else if (code === controlCodes.powerOff || code === controlCodes.reset) this.key.reset();
  }

  async #onCommand(apdu: Uint8Array, reader: Socket): Promise<void> {
    this.#isBusy = true;
    try {
      const response = await this.key.transmit(apdu);
      if (this.#reader === reader) reader.write(withLengthPrefix(response));
    } catch (error) {
      if (!(error instanceof TransportError)) throw error; // a removed card closes the connection, which the reader notices
    } finally {
      this.#isBusy = false;
    }
  }

  #unavailable(cause: Error): TransportError {
    const { host, port } = this.#address;
    return new TransportError(
      'unavailable',
      `Cannot insert the key into the reader at ${host}:${port}: ${cause.message}. Start pcscd with the virtual reader of vsmartcard (Debian packages: pcscd, vsmartcard-vpcd)`,
      { cause },
    );
  }
}
