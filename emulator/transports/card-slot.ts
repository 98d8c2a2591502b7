/** A smart-card reader in the same process: it passes APDUs as copies, and its card can be removed. */
import { TransportError } from '#protocol/errors.ts';
import { CardKey, type CardKeyOptions } from './card-key.ts';
import type { AuthenticatorBackend } from './hid-key.ts';

/** The connection that a host uses (structurally a `CardConnection`), and control over the card. */
export interface CardSlot {
  readonly name: string;
  readonly transport: 'nfc';
  /** Whether the card is on the reader. */
  readonly plugged: boolean;
  /** @throws {TransportError} `disconnected` once the card was removed. */
  transmit(apdu: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
  unplug(): void;
  replug(): void;
  /** Removes the card and inserts it again. */
  powerCycle(): void;
}

/** Inserts a key into a reader as a smart card. A host loses its connection when the card is removed, also if the card is inserted again. */
export function insertCard(
  authenticator: AuthenticatorBackend,
  options: CardKeyOptions & { address?: string } = {},
): CardSlot {
  const removed = new AbortController();
  const onRemoved = () => removed.abort(new TransportError('disconnected', 'The card was removed from the reader'));
  const key = new CardKey(authenticator, { onRemoved }, options);
  return {
    name: `card-in-process:${options.address ?? 'key'}`,
    transport: 'nfc',
    get plugged() {
      return key.plugged;
    },
    async transmit(apdu) {
      removed.signal.throwIfAborted();
      const response = await key.transmit(apdu.slice());
      removed.signal.throwIfAborted();
      return response;
    },
    close: async () => onRemoved(),
    unplug: () => key.unplug(),
    replug: () => key.replug(),
    powerCycle: () => key.powerCycle(),
  };
}
