/** A key in the form of a smart card that can be removed from its reader: the part that the in-process reader and vpcd share. */

import { type Clock, systemClock } from '#base/clock.ts';
import { TransportError } from '#protocol/errors.ts';
import { PowerLost } from '../planned-faults.ts';
import type { AuthenticatorBackend } from './hid-key.ts';
import { SmartCard } from './smart-card.ts';

/** Options of a key in the form of a smart card. */
export interface CardKeyOptions {
  clock?: Clock | undefined;
}

/** The reader that the card is used with. */
export interface CardReader {
  onRemoved(): void;
  onInserted?(): void;
}

export class CardKey {
  readonly #authenticator: AuthenticatorBackend;
  readonly #reader: CardReader;
  readonly #card: SmartCard;
  #plugged = true;
  /** Number of resets by the reader. A power loss in a command from before the last reset no longer matters. */
  #resets = 0;

  constructor(authenticator: AuthenticatorBackend, reader: CardReader, { clock = systemClock }: CardKeyOptions = {}) {
    this.#authenticator = authenticator;
    this.#reader = reader;
    this.#card = new SmartCard(authenticator, clock);
  }

  /** Whether the card is on the reader. */
  get plugged(): boolean {
    return this.#plugged;
  }

  /**
   * Executes a command APDU and returns the response APDU; every byte sequence gets a response.
   * @throws {TransportError} `disconnected` if the card is not on the reader, or loses power during the command.
   */
  async transmit(apdu: Uint8Array): Promise<Uint8Array> {
    if (!this.#plugged) throw new TransportError('disconnected', 'There is no card on the reader');
    const resets = this.#resets;
    try {
      return await this.#card.transmit(apdu);
    } catch (error) {
      if (resets === this.#resets) this.#onPowerLost(error);
      throw error;
    }
  }

  /** The reader resets the card, or cuts its power for a moment. */
  reset(): void {
    this.#resets += 1;
    this.#card.reset();
    this.#authenticator.powerCycle();
  }

  unplug(): void {
    if (!this.#plugged) return;
    this.#plugged = false;
    this.reset();
    this.#reader.onRemoved();
  }

  replug(): void {
    if (this.#plugged) return;
    this.#authenticator.powerCycle();
    this.#plugged = true;
    this.#reader.onInserted?.();
  }

  /** Removes the card and inserts it again. */
  powerCycle(): void {
    this.unplug();
    this.replug();
  }

  /** Handles a planned power loss. The authenticator has reset its own state already. */
  #onPowerLost(error: unknown): void {
    if (!this.#plugged || !(error instanceof PowerLost)) return;
    this.#card.reset();
    this.#plugged = false;
    this.#reader.onRemoved();
    if (error.staysDisconnected) return;
    this.#plugged = true;
    this.#reader.onInserted?.();
  }
}
