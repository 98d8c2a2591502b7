/** A key in the form of a smart card, and whether it lies on a reader: what the slot in the process and vpcd share. */

import { type Clock, systemClock } from '#base/clock.ts';
import { TransportError } from '#protocol/errors.ts';
import { PowerLost } from '../faults.ts';
import type { KeyInside } from './hid-key.ts';
import { SmartCard } from './smart-card.ts';

/** What a card may be given besides its inside. */
export interface CardKeyOptions {
  clock?: Clock | undefined;
}

/** The reader's side. */
export interface CardReader {
  /** The card was taken away. */
  gone(): void;
  /** It is there again. */
  back?(): void;
}

export class CardKey {
  readonly #inside: KeyInside;
  readonly #reader: CardReader;
  readonly #card: SmartCard;
  #plugged = true;
  /** Counts how often the reader has cut the power: a command from before is nobody's accident. */
  #powerUps = 0;

  constructor(inside: KeyInside, reader: CardReader, { clock = systemClock }: CardKeyOptions = {}) {
    this.#inside = inside;
    this.#reader = reader;
    this.#card = new SmartCard(inside, clock);
  }

  get plugged(): boolean {
    return this.#plugged;
  }

  /** Any command APDU is answered. @throws {TransportError} `disconnected` when the card is not there, or goes meanwhile. */
  async transmit(apdu: Uint8Array): Promise<Uint8Array> {
    if (!this.#plugged) throw new TransportError('disconnected', 'no card lies on the reader');
    const powerUp = this.#powerUps;
    try {
      return await this.#card.transmit(apdu);
    } catch (error) {
      if (powerUp === this.#powerUps) this.#onPowerLost(error);
      throw error;
    }
  }

  /** The reader cuts the power for a moment, or resets the card. */
  reset(): void {
    this.#powerUps += 1;
    this.#card.reset();
    this.#inside.powerCycle();
  }

  unplug(): void {
    if (!this.#plugged) return;
    this.#plugged = false;
    this.reset();
    this.#reader.gone();
  }

  replug(): void {
    if (this.#plugged) return;
    this.#inside.powerCycle();
    this.#plugged = true;
    this.#reader.back?.();
  }

  /** Takes the card away and puts it back. */
  powerCycle(): void {
    this.unplug();
    this.replug();
  }

  /** A planned accident. The authenticator has seen to its own state already. */
  #onPowerLost(error: unknown): void {
    if (!this.#plugged || !(error instanceof PowerLost)) return;
    this.#card.reset();
    this.#plugged = false;
    this.#reader.gone();
    if (error.staysAway) return;
    this.#plugged = true;
    this.#reader.back?.();
  }
}
