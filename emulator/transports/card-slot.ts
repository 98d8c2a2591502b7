/** A reader inside the process: APDUs cross as copies, and the card can be taken away. */
import { TransportError } from '#protocol/errors.ts';
import { CardKey, type CardKeyOptions } from './card-key.ts';
import type { KeyInside } from './hid-key.ts';

/** The host's end (structurally a `CardConnection`), and the hand on the card. */
export interface CardSlot {
  readonly name: string;
  readonly transport: 'nfc';
  readonly plugged: boolean;
  /** @throws {TransportError} `disconnected` once the card is gone. */
  transmit(apdu: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
  unplug(): void;
  replug(): void;
  /** Takes the card away and puts it back. */
  powerCycle(): void;
}

/** Puts a key on a reader as a smart card. A host whose card was taken away has lost it, also when it is back. */
export function insertCard(inside: KeyInside, options: CardKeyOptions & { address?: string } = {}): CardSlot {
  const isGone = new AbortController();
  const gone = () => isGone.abort(new TransportError('disconnected', 'the card was taken away'));
  const key = new CardKey(inside, { gone }, options);
  return {
    name: `card-in-process:${options.address ?? 'key'}`,
    transport: 'nfc',
    get plugged() {
      return key.plugged;
    },
    async transmit(apdu) {
      isGone.signal.throwIfAborted();
      const response = await key.transmit(apdu.slice());
      isGone.signal.throwIfAborted();
      return response;
    },
    close: async () => gone(),
    unplug: () => key.unplug(),
    replug: () => key.replug(),
    powerCycle: () => key.powerCycle(),
  };
}
