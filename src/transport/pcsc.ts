/**
 * Smart cards and NFC readers over PC/SC, through pcscd. `pcsc:` and the reader's name; without a name, the first reader
 * with a card on it.
 */
import type { Duplex } from 'node:stream';
import { type Clock, systemClock } from '#base/clock.ts';
import { TransportError } from '#protocol/errors.ts';
import type { CardConnection } from './card-connection.ts';
import { openPcscdSocket, PcscdClient } from './pcscd/client.ts';
import type { ReaderState } from './pcscd/messages.ts';
import { openSmartCard } from './smart-card-channel.ts';
import type { FoundDevice, Transport } from './transport.ts';

/** A card that was laid down just now shows within a few seconds. */
const patienceMs = 6_000;
const lookEveryMs = 100;

interface PcscSeams {
  open?: () => Duplex;
  clock?: Clock;
}

/** The transport over a pcscd. */
export const pcscOver = ({ open = openPcscdSocket, clock = systemClock }: PcscSeams): Transport => ({
  scheme: 'pcsc',
  async list() {
    const client = await PcscdClient.connect(open).catch(() => undefined); // no service: no cards
    if (!client) return [];
    try {
      const readers = await client.readers();
      return readers
        .filter(({ cardIsPresent }) => cardIsPresent)
        .map(({ name }): FoundDevice => ({ address: `pcsc:${name}`, product: `card on ${name}` }));
    } finally {
      client.close();
    }
  },
  async open(where, options) {
    const client = await PcscdClient.connect(open);
    try {
      return await openSmartCard(await held(client, await readerWithCard(client, where, clock)), options);
    } catch (error) {
      client.close();
      throw error;
    }
  },
});

export const pcsc = pcscOver({});

/** Waits for a card on the reader called `where`, or on any. @throws {TransportError} `unavailable` when none comes. */
async function readerWithCard(client: PcscdClient, where: string, clock: Clock): Promise<ReaderState> {
  const giveUpAt = clock.monotonic() + patienceMs;
  for (;;) {
    const present = (await client.readers()).filter(({ cardIsPresent }) => cardIsPresent);
    const found = where === '' ? present[0] : present.find(({ name }) => name === where);
    if (found) return found;
    if (clock.monotonic() >= giveUpAt) throw noCard(where, present);
    await clock.sleep(lookEveryMs);
  }
}

function noCard(where: string, present: readonly ReaderState[]): TransportError {
  const others = present.length > 0 ? `; there is one on ${present.map(({ name }) => name).join(', ')}` : '';
  const message = `cannot open pcsc:${where}: no card lies on ${where || 'a reader'}${others}`;
  return new TransportError('unavailable', message);
}

async function held(client: PcscdClient, { name: reader, atr }: ReaderState): Promise<CardConnection> {
  const name = `pcsc:${reader}`;
  const card = await client.hold(reader).catch((cause: Error) => {
    throw new TransportError('unavailable', `cannot open ${name}: ${cause.message}`, { cause });
  });
  let isOpen = true;
  return {
    name,
    transport: isContactless(atr) ? 'nfc' : 'smart-card',
    async transmit(apdu) {
      if (!isOpen) throw new TransportError('disconnected', `${name} was closed`);
      const response = await client.transmit(card, apdu).catch((cause: Error) => {
        throw new TransportError('disconnected', `${name} is gone: ${cause.message}`, { cause });
      });
      // Some drivers answer for a card that has gone with nothing at all.
      if (response.length === 0) throw new TransportError('disconnected', `${name} is gone`);
      return response;
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      await client.release(card).catch(() => undefined); // it may have gone
      client.close();
    },
  };
}

/** What readers say for a card that has no answer to reset of its own (PC/SC part 3 section 3.1.3.2.3). */
const isContactless = ([ts, t0 = 0, td1, td2]: Uint8Array): boolean =>
  ts === 0x3b && t0 >> 4 === 8 && td1 === 0x80 && td2 === 0x01;
