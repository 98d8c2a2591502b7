/**
 * Messages of pcscd, the smart-card service of Linux, as its client library sends them over the local socket (pcsc-lite,
 * winscard_msg.h, protocol 4.4): a header with length and command, then a structure that is returned with the response
 * filled in. Integers are 32-bit words in machine byte order, which is little-endian on every platform of Node for Linux.
 */
import { concat } from '#base/bytes.ts';
import { TransportError } from '#protocol/errors.ts';

/** The commands that this client uses. */
export const pcscdCommands = {
  establishContext: 0x01,
  releaseContext: 0x02,
  connect: 0x04,
  disconnect: 0x06,
  transmit: 0x09,
  version: 0x11,
  getReadersState: 0x12,
} as const;
export type PcscdCommand = keyof typeof pcscdCommands;

export const protocolVersion = { major: 4, minor: 4 } as const;

/** Constants of PC/SC part 5. */
export const scope = { system: 2 } as const;
const shareMode = { exclusive: 1 } as const;
export const disposition = { reset: 1 } as const;
/** Preferred protocols as bits: T=0 and T=1. */
const protocols = 0b11;
export const success = 0;

/** Result codes of the client library (pcsc-lite, pcsclite.h): what they mean, and whether the card may still be starting. */
const results: Record<number, { text: string; cardMayBeStarting?: true }> = {
  2148532233: { text: 'unknown reader' },
  2148532235: { text: 'another program uses the card' },
  2148532236: { text: 'no card on the reader' },
  // pcscd reports a card before it has read the answer to reset, and then has no protocol for the card.
  2148532239: { text: 'the card offers neither T=0 nor T=1', cardMayBeStarting: true },
  2148532240: { text: 'the reader is not ready', cardMayBeStarting: true },
  2148532246: { text: 'the card did not answer' },
  2148532247: { text: 'the reader is gone' },
  2148532253: { text: 'the smart-card service uses another protocol version' },
  2148532326: { text: 'the card does not answer to reset', cardMayBeStarting: true },
  2148532327: { text: 'the card has no power', cardMayBeStarting: true },
  2148532328: { text: 'another program has reset the card' },
  2148532329: { text: 'the card was removed' },
};
/** Returns the meaning of a result code, or the code in hex if it is not known here. */
export const describeResult = (code: number): string => results[code]?.text ?? `error 0x${code.toString(16)}`;
/** Whether the same request may succeed as soon as the card has started. */
export const cardMayBeStarting = (code: number): boolean => results[code]?.cardMayBeStarting === true;

const nameLength = 128;
const readerStateLength = 184;
const maxReaders = 16;
/** 64 KiB and a status word. */
const maxResponseLength = 0x1_0002;
/** `sizeof(SCARD_IO_REQUEST)` in the client library. */
const ioRequestLength = 16;
const stateBits = { present: 0x04 } as const;
const maxAtrLength = 33;

/** Length of each response in bytes. The response to `transmit` is followed by the response APDU. */
export const responseLengths: Record<PcscdCommand, number> = {
  establishContext: 12,
  releaseContext: 8,
  connect: 24 + nameLength,
  disconnect: 12,
  transmit: 32,
  version: 12,
  getReadersState: readerStateLength * maxReaders,
};

export interface ReaderState {
  name: string;
  cardIsPresent: boolean;
  /** Answer to reset; empty without a card. */
  atr: Uint8Array;
}

export const encodeHeader = (command: PcscdCommand, length: number): Uint8Array =>
  encodeWords(length, pcscdCommands[command]);

export function encodeWords(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setUint32(index * 4, value, true);
  return bytes;
}

/** Returns the 32-bit word at `index`, counted in words. */
export const readWord = (bytes: Uint8Array, index: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(index * 4, true);

/** Encodes `connect_struct`. @throws {TransportError} `unavailable` if the reader name is too long. */
export function connectRequest(context: number, reader: string): Uint8Array {
  const name = new TextEncoder().encode(reader);
  if (name.length >= nameLength)
    throw new TransportError(
      'unavailable',
      `Expected a reader name of at most ${nameLength - 1} bytes, got ${JSON.stringify(reader)}`,
    );
  const padded = new Uint8Array(nameLength);
  padded.set(name);
  return concat(encodeWords(context), padded, encodeWords(shareMode.exclusive, protocols, 0, 0, 0));
}

/** Decodes `connect_struct`. */
export const decodeConnectResponse = (response: Uint8Array) => {
  const afterName = response.subarray(4 + nameLength);
  return { card: readWord(afterName, 2), protocol: readWord(afterName, 3), result: readWord(afterName, 4) };
};

/** Encodes `transmit_struct`; the command APDU follows it. */
export const transmitRequest = (card: number, protocol: number, length: number): Uint8Array =>
  encodeWords(card, protocol, ioRequestLength, length, protocol, ioRequestLength, maxResponseLength, 0);

/** Decodes `transmit_struct`. @throws {TransportError} `framing` if the announced response is too long. */
export function decodeTransmitResponse(response: Uint8Array): { length: number; result: number } {
  const length = readWord(response, 6);
  const result = readWord(response, 7);
  if (result === success && length > maxResponseLength)
    throw new TransportError(
      'framing',
      `Expected a response of at most ${maxResponseLength} bytes, pcscd announces ${length}`,
    );
  return { length: result === success ? length : 0, result };
}

/** Decodes the array of `READER_STATE`. Unused entries have no name and are left out. */
export function decodeReaderStates(response: Uint8Array): ReaderState[] {
  return Array.from({ length: maxReaders }, (_, index) =>
    decodeReaderState(response.subarray(index * readerStateLength, (index + 1) * readerStateLength)),
  ).filter(({ name }) => name !== '');
}

function decodeReaderState(bytes: Uint8Array): ReaderState {
  const name = bytes.subarray(0, nameLength);
  const end = name.indexOf(0);
  const [state, atrLength] = [readWord(bytes, 33), Math.min(readWord(bytes, 44), maxAtrLength)];
  return {
    name: new TextDecoder().decode(end < 0 ? name : name.subarray(0, end)),
    cardIsPresent: (state & stateBits.present) !== 0,
    atr: bytes.slice(140, 140 + atrLength),
  };
}
