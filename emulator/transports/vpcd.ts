/**
 * A key on the virtual reader of vsmartcard (vpcd), which pcscd and so every PC/SC program takes for a real one. The card
 * connects to the reader; each message is behind its length, u16 big-endian: one byte is the reader's hand, more is an APDU.
 */
import { connect, type Socket } from 'node:net';
import { fromHex } from '#base/bytes.ts';
import { TransportError } from '#protocol/errors.ts';
import { cutByLength, withLength } from '#protocol/length-prefixed.ts';
import { CardKey, type CardKeyOptions } from './card-key.ts';
import type { KeyInside } from './hid-key.ts';
import { type Listening, loopback, type SocketKey, serving } from './served-key.ts';

/** The port where the reader waits for a card. */
export const defaultVpcdPort = 35963;
/** What a contactless card without historical bytes shows (PC/SC part 3 section 3.1.3.2.3): T=0 and T=1. */
const answerToReset = fromHex('3b80800101');
/** A reader looks about twice a second whether the card is there. */
const noticeMs = 3_000;
const control = { powerOff: 0, powerOn: 1, reset: 2, answerToReset: 4 } as const;

/**
 * Lays a key on the virtual reader, on this machine unless told otherwise.
 * @throws {TransportError} `unavailable` when no reader waits there; the message says what helps.
 */
export async function serveVpcd(inside: KeyInside, options: Listening & CardKeyOptions = {}): Promise<SocketKey> {
  const { host = loopback, port = defaultVpcdPort } = options;
  const card = new VpcdCard(inside, { host, port }, options);
  await card.lie();
  return serving(card.key, { name: `vpcd:${host}:${port}`, port }, async () => {
    card.key.unplug();
    await card.away;
  });
}

class VpcdCard {
  readonly key: CardKey;
  readonly #address: { host: string; port: number };
  #reader: Socket | undefined;
  /** The reader has seen that the card is gone: only then does it take one again. */
  away: Promise<unknown> = Promise.resolve();
  /** A command is at work: the reader waits for its answer. */
  #isAtWork = false;

  constructor(inside: KeyInside, address: { host: string; port: number }, options: CardKeyOptions) {
    this.#address = address;
    const gone = () => this.#leave();
    const back = () => void this.lie().catch(() => this.key.unplug()); // the reader has gone: so it stays away
    this.key = new CardKey(inside, { gone, back }, options);
  }

  /** Connects to the reader. */
  async lie(): Promise<void> {
    await this.away;
    const reader = connect({ ...this.#address, noDelay: true });
    this.#reader = reader;
    await new Promise<void>((resolve, reject) => {
      reader.once('error', (cause) => reject(this.#unavailable(cause)));
      reader.once('connect', resolve);
    });
    reader.removeAllListeners('error');
    reader.on('error', () => undefined); // the close that follows says enough
    reader.on('close', () => {
      if (this.#reader === reader) this.key.unplug();
    });
    reader.on(
      'data',
      cutByLength((message) => {
        if (this.#reader === reader) this.#onMessage(message, reader);
      }),
    );
  }

  /** The reader closes its end when it next looks for the card. */
  #leave(): void {
    const reader = this.#reader;
    this.#reader = undefined;
    if (!reader || reader.destroyed) return;
    this.away = new Promise((resolve) => reader.once('close', resolve));
    reader.end();
    reader.setTimeout(noticeMs, () => reader.destroy());
  }

  #onMessage(message: Uint8Array, reader: Socket): void {
    if (message.length === 1) this.#onControl(message[0]!, reader);
    else if (this.#isAtWork)
      this.key.unplug(); // no reader does that
    else void this.#onCommand(message, reader);
  }

  #onControl(code: number, reader: Socket): void {
    if (code === control.answerToReset) reader.write(withLength(answerToReset));
    else if (code === control.powerOff || code === control.reset) this.key.reset();
  }

  async #onCommand(apdu: Uint8Array, reader: Socket): Promise<void> {
    this.#isAtWork = true;
    try {
      const response = await this.key.transmit(apdu);
      if (this.#reader === reader) reader.write(withLength(response));
    } catch (error) {
      if (!(error instanceof TransportError)) throw error; // gone: the reader sees it
    } finally {
      this.#isAtWork = false;
    }
  }

  #unavailable(cause: Error): TransportError {
    const { host, port } = this.#address;
    return new TransportError(
      'unavailable',
      `cannot lay the key on the reader at ${host}:${port}: ${cause.message}; start pcscd with the virtual reader of vsmartcard (Debian: pcscd, vsmartcard-vpcd)`,
      { cause },
    );
  }
}
