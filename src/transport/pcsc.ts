/**
 * Smart cards and NFC readers over PC/SC (pcscd, or what macOS and Windows have), through pcsc-mini: an optional package with
 * prebuilt code, loaded when it is used. `pcsc:` and the reader's name; without a name, the first reader with a card on it.
 */
import { TransportError } from '#protocol/errors.ts';
import { systemClock } from '#protocol/seams.ts';
import type { CardConnection } from './card-connection.ts';
import { openSmartCard } from './smart-card-channel.ts';
import type { FoundDevice, Transport } from './transport.ts';

/** What is used of the package. */
export interface PcscLibrary {
  Client: new () => PcscClient;
}

interface PcscClient {
  on(event: 'reader', listener: (reader: PcscReader) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** Throws with `code` NoService when there is no daemon. */
  start(): unknown;
  stop(): void;
}

interface PcscReader {
  name(): string;
  on(event: 'change', listener: (status: { has(flag: number): boolean }) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
  connect(mode: number): Promise<PcscCard>;
}

interface PcscCard {
  transmit(apdu: Uint8Array, buffer?: ArrayBuffer): Promise<Uint8Array>;
  state(): Promise<{ atr: Uint8Array }>;
  disconnect(then: number): Promise<void>;
}

/** Values that PC/SC fixes (PC/SC part 5). */
const exclusive = 1;
const resetCard = 1;
const cardIsPresent = 0x20;
/** The longest response: 64 KiB and a status word. */
const longestResponse = 0x1_0002;
/** Readers are told one by one, and nobody says which was the last. */
const listingMs = 500;
/** A card that was laid down just now shows within a few seconds. */
const patienceMs = 6_000;

/** The transport with such a package. */
export const pcscWith = (load: () => Promise<PcscLibrary>): Transport => ({
  scheme: 'pcsc',
  async list() {
    const readers = await readersWithCards(load, listingMs).catch(() => undefined);
    const names = readers?.names() ?? [];
    readers?.stop();
    return names.map((name): FoundDevice => ({ address: `pcsc:${name}`, product: `card on ${name}` }));
  },
  open: async (where, options) => openSmartCard(await openCard(load, where), options),
});

export const pcsc = pcscWith(async () => (await import('pcsc-mini')) as unknown as PcscLibrary);

interface Readers {
  /** The one that was waited for, if it came. */
  wanted: PcscReader | undefined;
  names(): string[];
  stop(): void;
}

/** Watches the readers for so long, or until the one called `wanted` has a card on it (`''` is any). */
async function readersWithCards(load: () => Promise<PcscLibrary>, ms: number, wanted?: string): Promise<Readers> {
  const client = new (await library(load)).Client();
  const present = new Map<string, PcscReader>();
  const found = () => (wanted === '' ? [...present.values()][0] : present.get(wanted ?? ''));
  const enough = new AbortController();
  client.on('error', () => enough.abort());
  client.on('reader', (reader) => {
    const name = reader.name();
    reader.on('disconnect', () => present.delete(name));
    reader.on('change', (status) => {
      if (status.has(cardIsPresent)) present.set(name, reader);
      else present.delete(name);
      if (wanted !== undefined && found()) enough.abort();
    });
  });
  start(client);
  await systemClock.sleep(ms, enough.signal).catch(() => undefined); // found, or there is nothing to find
  return { wanted: found(), names: () => [...present.keys()], stop: () => client.stop() };
}

async function library(load: () => Promise<PcscLibrary>): Promise<PcscLibrary> {
  try {
    return await load();
  } catch (cause) {
    const remedy = 'the optional package pcsc-mini or the library libpcsclite is not there';
    throw new TransportError('unavailable', `cannot use smart cards: ${remedy}`, { cause });
  }
}

function start(client: PcscClient): void {
  try {
    client.start();
  } catch (cause) {
    const { code, message } = cause as Error & { code?: string };
    const why = code === 'NoService' ? 'the smart-card service does not run; start pcscd' : message;
    throw new TransportError('unavailable', `cannot use smart cards: ${why}`, { cause });
  }
}

async function openCard(load: () => Promise<PcscLibrary>, where: string): Promise<CardConnection> {
  const readers = await readersWithCards(load, patienceMs, where);
  try {
    if (readers.wanted) return await connected(readers.wanted, readers.stop);
    const names = readers.names();
    const others = names.length > 0 ? `; there is one on ${names.join(', ')}` : '';
    throw new TransportError(
      'unavailable',
      `cannot open pcsc:${where}: no card lies on ${where || 'a reader'}${others}`,
    );
  } catch (error) {
    readers.stop();
    throw error;
  }
}

/** The card for this program alone: another one could select another applet meanwhile. */
async function connected(reader: PcscReader, stop: () => void): Promise<CardConnection> {
  const name = `pcsc:${reader.name()}`;
  const card = await reader.connect(exclusive).catch((cause: Error & { code?: string }) => {
    const why = cause.code === 'SharingViolation' ? 'another program uses the card' : cause.message;
    throw new TransportError('unavailable', `cannot open ${name}: ${why}`, { cause });
  });
  const { atr } = await card.state();
  const buffer = new ArrayBuffer(longestResponse);
  let isOpen = true;
  return {
    name,
    transport: isContactless(atr) ? 'nfc' : 'smart-card',
    async transmit(apdu) {
      if (!isOpen) throw new TransportError('disconnected', `${name} was closed`);
      const response = await card.transmit(apdu, buffer).catch((cause: Error) => {
        throw new TransportError('disconnected', `${name} is gone: ${cause.message}`, { cause });
      });
      // Some drivers answer for a card that has gone with nothing at all.
      if (response.length === 0) throw new TransportError('disconnected', `${name} is gone`);
      return new Uint8Array(response);
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      await card.disconnect(resetCard).catch(() => undefined); // it may have gone
      stop();
    },
  };
}

/** What readers say for a card that has no answer to reset of its own (PC/SC part 3 section 3.1.3.2.3). */
const isContactless = ([ts, t0 = 0, td1, td2]: Uint8Array): boolean =>
  ts === 0x3b && t0 >> 4 === 8 && td1 === 0x80 && td2 === 0x01;
