/**
 * Transport `pcsc`: smart cards and NFC readers through pcscd. The address is `pcsc:` and the name of the reader; without a
 * name, the first reader with a card is used.
 */
import type { Duplex } from 'node:stream';
import { type Clock, systemClock } from '#base/clock.ts';
import { messageOf } from '#base/errors.ts';
import { TransportError } from '#protocol/errors.ts';
import type { CardConnection } from './card-connection.ts';
import { CardNotReadyError, openPcscdSocket, PcscdClient } from './pcscd/client.ts';
import type { ReaderState } from './pcscd/messages.ts';
import { openSmartCard, type SmartCardChannel, type SmartCardOptions } from './smart-card-channel.ts';
import type { FoundDevice, Transport } from './transport.ts';

/** A card that was just placed on a reader is detected within a few seconds. */
const cardTimeoutMs = 6_000;
const pollIntervalMs = 100;

interface PcscOptions {
  open?: () => Duplex;
  clock?: Clock;
}

/** Returns the transport for a pcscd whose socket is opened with `open`. */
export const createPcscTransport = ({ open = openPcscdSocket, clock = systemClock }: PcscOptions): Transport => ({
  scheme: 'pcsc',
  async list() {
    const client = await PcscdClient.connect(open).catch(() => undefined); // without pcscd there are no cards
    if (!client) return [];
    try {
      const readers = await client.listReaders();
      return readers
        .filter(({ cardIsPresent }) => cardIsPresent)
        .map(({ name }): FoundDevice => ({ address: `pcsc:${name}`, product: `card on ${name}` }));
    } finally {
      client.close();
    }
  },
  async open(where, options) {
    const waitUntil = clock.monotonic() + cardTimeoutMs;
    for (;;) {
      const opened = await openCard(open, where, options).catch(asNotReady);
      if (!(opened instanceof Error)) return opened;
      if (clock.monotonic() >= waitUntil) throw opened;
      await clock.sleep(pollIntervalMs);
    }
  },
});

export const pcsc = createPcscTransport({});

/**
 * Opens the card that is now on the reader called `where`, or on any reader if that is empty.
 * @throws {CardNotReadyError} if a later attempt may succeed
 * @throws {TransportError} `unavailable` or `framing`
 */
async function openCard(
  openSocket: () => Duplex,
  where: string,
  options?: SmartCardOptions,
): Promise<SmartCardChannel> {
  const client = await PcscdClient.connect(openSocket);
  try {
    const connection = await connectCard(client, await findReaderWithCard(client, where));
    return await openSmartCard(connection, options).catch(throwNotReadyIfGone);
  } catch (error) {
    client.close();
    throw error;
  }
}

async function findReaderWithCard(client: PcscdClient, where: string): Promise<ReaderState> {
  const withCard = (await client.listReaders()).filter(({ cardIsPresent }) => cardIsPresent);
  const reader = where === '' ? withCard[0] : withCard.find(({ name }) => name === where);
  if (reader) return reader;
  const others = withCard.length > 0 ? `; found a card on ${withCard.map(({ name }) => name).join(', ')}` : '';
  throw new CardNotReadyError('unavailable', `Cannot open pcsc:${where}: no card on ${where || 'any reader'}${others}`);
}

/** pcscd reports a card that was removed until it looks at the reader again, so a card that is gone may just have been replaced. */
function throwNotReadyIfGone(cause: unknown): never {
  if (!(cause instanceof TransportError && cause.kind === 'disconnected')) throw cause;
  throw new CardNotReadyError('unavailable', `Cannot open a smart card: ${cause.message}`, { cause });
}

/** Returns the error if a later attempt may succeed, and throws every other one. */
function asNotReady(error: unknown): CardNotReadyError {
  if (error instanceof CardNotReadyError) return error;
  throw error;
}

async function connectCard(client: PcscdClient, { name: reader, atr }: ReaderState): Promise<CardConnection> {
  const name = `pcsc:${reader}`;
  const card = await client.connectCard(reader).catch((cause: unknown) => {
    const ErrorClass = cause instanceof CardNotReadyError ? CardNotReadyError : TransportError;
    throw new ErrorClass('unavailable', `Cannot open ${name}: ${messageOf(cause)}`, { cause });
  });
  let isOpen = true;
  return {
    name,
    transport: isContactless(atr) ? 'nfc' : 'smart-card',
    async transmit(apdu) {
      if (!isOpen) throw new TransportError('disconnected', `${name} was closed`);
      const response = await client.transmit(card, apdu).catch((cause: unknown) => {
        const kind = cause instanceof TransportError ? cause.kind : 'disconnected';
        const problem = kind === 'framing' ? 'cannot be used' : 'is gone';
        throw new TransportError(kind, `${name} ${problem}: ${messageOf(cause)}`, { cause });
      });
      // Some drivers return an empty response for a card that was removed.
      if (response.length === 0) throw new TransportError('disconnected', `${name} is gone`);
      return response;
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      await client.disconnectCard(card).catch(() => undefined); // the card may be gone
      client.close();
    },
  };
}

/** Whether the ATR is the one that readers construct for contactless cards, PC/SC part 3 section 3.1.3.2.3. */
const isContactless = ([ts, t0 = 0, td1, td2]: Uint8Array): boolean =>
  ts === 0x3b && t0 >> 4 === 8 && td1 === 0x80 && td2 === 0x01;
