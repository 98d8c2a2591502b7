/** A fake pcscd for tests: it serves the protocol of pcscd's socket with one reader, and can return errors. */
import { type Duplex, duplexPair } from 'node:stream';
import { concat, fromHex } from '#base/bytes.ts';
import {
  encodeWords,
  type PcscdCommand,
  pcscdCommands,
  readWord,
  responseLengths,
  success,
} from '../pcscd/messages.ts';

export interface FakePcscdOptions {
  /** The card on the reader; without it, the reader is empty. */
  slot?: { transmit(apdu: Uint8Array): Promise<Uint8Array> };
  atr?: string;
  /** Result codes that replace success. */
  results?: Partial<Record<PcscdCommand, number>>;
  /** Result codes of the first attempts to connect, in this order; then `results` apply. */
  firstConnectResults?: number[];
  /** Result codes of the first attempts to transmit, in this order; then commands reach the card. */
  firstTransmitResults?: number[];
  /** The command at which the service closes the connection. */
  closesAt?: PcscdCommand;
  /** The announced length of a response, whatever its actual length. */
  announcedLength?: number;
}

const commandNames = Object.fromEntries(Object.entries(pcscdCommands).map(([name, code]) => [code, name]));
const readerName = 'Reader: one';
const removedCard = 0x80100069;

/** Returns a function that opens the socket of the fake, for the transport, and the list of received commands. */
export function fakePcscd(options: FakePcscdOptions): { open: () => Duplex; received: PcscdCommand[] } {
  const received: PcscdCommand[] = [];
  const open = () => {
    const [clientSide, serverSide] = duplexPair();
    void serve(serverSide, options, received);
    return clientSide;
  };
  return { open, received };
}

async function serve(socket: Duplex, options: FakePcscdOptions, commands: PcscdCommand[]): Promise<void> {
  let received: Uint8Array = new Uint8Array(0);
  socket.on('error', () => undefined);
  for await (const chunk of socket) {
    received = concat(received, chunk as Uint8Array);
    while (received.length >= 8) {
      const command = commandNames[readWord(received, 1)] as PcscdCommand;
      const request = received.subarray(8, 8 + readWord(received, 0));
      const apduLength = command === 'transmit' && request.length === 32 ? readWord(request, 3) : 0;
      if (received.length < 8 + readWord(received, 0) + apduLength) break;
      const apdu = received.slice(8 + request.length, 8 + request.length + apduLength);
      commands.push(command);
      if (command === options.closesAt) return void socket.end();
      socket.write(await respond(options, command, apdu));
      received = received.slice(8 + request.length + apduLength);
    }
  }
}

async function respond(options: FakePcscdOptions, command: PcscdCommand, apdu: Uint8Array): Promise<Uint8Array> {
  if (command === 'getReadersState') return encodeReaderStates(options);
  if (command === 'transmit') return respondToTransmit(options, apdu);
  const first = command === 'connect' ? options.firstConnectResults?.shift() : undefined;
  const result = first ?? options.results?.[command] ?? success;
  const wordsBeforeResult = responseLengths[command] / 4 - 1;
  return encodeWords(...Array.from({ length: wordsBeforeResult }, () => 1), result);
}

/** `transmit_struct`, followed by the response APDU on success. */
async function respondToTransmit(options: FakePcscdOptions, apdu: Uint8Array): Promise<Uint8Array> {
  const { slot, announcedLength, firstTransmitResults } = options;
  const failure = firstTransmitResults?.shift();
  const response = failure === undefined ? await slot?.transmit(apdu).catch(() => undefined) : undefined;
  const result = response ? success : (failure ?? removedCard);
  const structure = encodeWords(1, 2, 16, apdu.length, 2, 16, announcedLength ?? response?.length ?? 0, result);
  return concat(structure, response ?? new Uint8Array(0));
}

/** `READER_STATE`: name, event counter, state, sharing, ATR, ATR length, protocol. */
function encodeReaderStates({ slot, atr = '3b80800101' }: FakePcscdOptions): Uint8Array {
  const states = new Uint8Array(responseLengths.getReadersState);
  const view = new DataView(states.buffer);
  states.set(new TextEncoder().encode(readerName));
  view.setUint32(132, slot ? 0x34 : 0x02, true);
  states.set(fromHex(atr), 140);
  view.setUint32(176, fromHex(atr).length, true);
  return states;
}
