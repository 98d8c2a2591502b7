/**
 * Messages of pcscd, the smart-card service of Linux, as its own client library sends them over the local socket
 * (pcsc-lite, winscard_msg.h, protocol 4.4): a header of length and command, then a structure that comes back with the
 * answer in it. Integers have 32 bits, in the order of the machine: little-endian wherever Node runs on Linux.
 */
import { concat } from '#base/bytes.ts';
import { TransportError } from '#protocol/errors.ts';

/** Commands that are used here. */
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

/** Values that PC/SC fixes (PC/SC part 5). */
export const scope = { system: 2 } as const;
const shareMode = { exclusive: 1 } as const;
export const disposition = { reset: 1 } as const;
/** Bits: T=0 and T=1. */
const protocols = 0b11;
export const success = 0;

const errorNames: Record<number, string> = {
  2148532235: 'another program uses the card',
  2148532236: 'there is no card',
  2148532233: 'there is no such reader',
  2148532247: 'the reader is gone',
  2148532253: 'the smart-card service speaks another protocol',
  2148532326: 'the card does not answer to reset',
  2148532328: 'another program has reset the card',
  2148532329: 'the card is gone',
};
export const errorText = (code: number): string => errorNames[code] ?? `error 0x${code.toString(16)}`;

const nameLength = 128;
const readerStateLength = 184;
const mostReaders = 16;
/** The longest response: 64 KiB and a status word. */
const longestResponse = 0x1_0002;
/** `sizeof(SCARD_IO_REQUEST)` of the client library. */
const ioRequestLength = 16;
const stateBits = { present: 0x04 } as const;
const longestAtr = 33;

/** How long each answer is; that to `transmit` is followed by the response APDU. */
export const answerLengths: Record<PcscdCommand, number> = {
  establishContext: 12,
  releaseContext: 8,
  connect: 24 + nameLength,
  disconnect: 12,
  transmit: 32,
  version: 12,
  getReadersState: readerStateLength * mostReaders,
};

export interface ReaderState {
  name: string;
  cardIsPresent: boolean;
  /** Answer to reset; empty without a card. */
  atr: Uint8Array;
}

export const header = (command: PcscdCommand, length: number): Uint8Array => words(length, pcscdCommands[command]);

export function words(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setUint32(index * 4, value, true);
  return bytes;
}

/** The word with that index. */
export const wordAt = (bytes: Uint8Array, index: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(index * 4, true);

/** `connect_struct`. @throws {TransportError} `unavailable` for a name that no reader can have. */
export function connectRequest(context: number, reader: string): Uint8Array {
  const name = new TextEncoder().encode(reader);
  if (name.length >= nameLength)
    throw new TransportError(
      'unavailable',
      `no reader is called ${JSON.stringify(reader)}: ${nameLength - 1} bytes fit`,
    );
  const padded = new Uint8Array(nameLength);
  padded.set(name);
  return concat(words(context), padded, words(shareMode.exclusive, protocols, 0, 0, 0));
}

export const connectAnswer = (answer: Uint8Array) => {
  const behindName = answer.subarray(4 + nameLength);
  return { card: wordAt(behindName, 2), protocol: wordAt(behindName, 3), result: wordAt(behindName, 4) };
};

/** `transmit_struct`; the command APDU follows it. */
export const transmitRequest = (card: number, protocol: number, length: number): Uint8Array =>
  words(card, protocol, ioRequestLength, length, protocol, ioRequestLength, longestResponse, 0);

/** @throws {TransportError} `framing` for a response that is longer than any. */
export function transmitAnswer(answer: Uint8Array): { length: number; result: number } {
  const length = wordAt(answer, 6);
  const result = wordAt(answer, 7);
  if (result === success && length > longestResponse)
    throw new TransportError(
      'framing',
      `pcscd announces a response of ${length} bytes; ${longestResponse} are the most`,
    );
  return { length: result === success ? length : 0, result };
}

/** The readers that pcscd knows; empty places have no name. */
export function readerStates(answer: Uint8Array): ReaderState[] {
  return Array.from({ length: mostReaders }, (_, index) =>
    readerState(answer.subarray(index * readerStateLength, (index + 1) * readerStateLength)),
  ).filter(({ name }) => name !== '');
}

function readerState(bytes: Uint8Array): ReaderState {
  const name = bytes.subarray(0, nameLength);
  const end = name.indexOf(0);
  const [state, atrLength] = [wordAt(bytes, 33), Math.min(wordAt(bytes, 44), longestAtr)];
  return {
    name: new TextDecoder().decode(end < 0 ? name : name.subarray(0, end)),
    cardIsPresent: (state & stateBits.present) !== 0,
    atr: bytes.slice(140, 140 + atrLength),
  };
}
