/** The other end of pcscd's socket, played: one reader, and what may go wrong. */
import { type Duplex, duplexPair } from 'node:stream';
import { concat, fromHex } from '#base/bytes.ts';
import { answerLengths, type PcscdCommand, pcscdCommands, success, wordAt, words } from '../pcscd/messages.ts';

export interface FakePcscd {
  /** The card on the reader; none without. */
  slot?: { transmit(apdu: Uint8Array): Promise<Uint8Array> };
  atr?: string;
  /** What it says to a command instead of success. */
  results?: Partial<Record<PcscdCommand, number>>;
  /** The command at which it hangs up. */
  closesAt?: PcscdCommand;
  /** The length it says a response has, whatever follows. */
  announces?: number;
}

const names = Object.fromEntries(Object.entries(pcscdCommands).map(([name, code]) => [code, name]));
const reader = 'Reader: one';
const removedCard = 0x80100069;

/** The seam of the transport, and the commands that came. */
export function fakePcscd(fake: FakePcscd): { open: () => Duplex; heard: PcscdCommand[] } {
  const heard: PcscdCommand[] = [];
  const open = () => {
    const [here, there] = duplexPair();
    void serve(there, fake, heard);
    return here;
  };
  return { open, heard };
}

async function serve(socket: Duplex, fake: FakePcscd, heard: PcscdCommand[]): Promise<void> {
  let received: Uint8Array = new Uint8Array(0);
  socket.on('error', () => undefined);
  for await (const chunk of socket) {
    received = concat(received, chunk as Uint8Array);
    while (received.length >= 8) {
      const command = names[wordAt(received, 1)] as PcscdCommand;
      const request = received.subarray(8, 8 + wordAt(received, 0));
      const apduLength = command === 'transmit' && request.length === 32 ? wordAt(request, 3) : 0;
      if (received.length < 8 + wordAt(received, 0) + apduLength) break;
      const apdu = received.slice(8 + request.length, 8 + request.length + apduLength);
      heard.push(command);
      if (command === fake.closesAt) return void socket.end();
      socket.write(await answer(fake, command, apdu));
      received = received.slice(8 + request.length + apduLength);
    }
  }
}

async function answer(fake: FakePcscd, command: PcscdCommand, apdu: Uint8Array): Promise<Uint8Array> {
  if (command === 'getReadersState') return readers(fake);
  if (command === 'transmit') return transmitted(fake, apdu);
  const result = fake.results?.[command] ?? success;
  const before = answerLengths[command] / 4 - 1;
  return words(...Array.from({ length: before }, () => 1), result);
}

/** Behind the structure there is the response, as long as all went well. */
async function transmitted({ slot, announces }: FakePcscd, apdu: Uint8Array): Promise<Uint8Array> {
  const response = await slot?.transmit(apdu).catch(() => undefined);
  const result = response ? success : removedCard;
  const structure = words(1, 2, 16, apdu.length, 2, 16, announces ?? response?.length ?? 0, result);
  return concat(structure, response ?? new Uint8Array(0));
}

/** `READER_STATE`: name, events, state, sharing, ATR, its length, protocol. */
function readers({ slot, atr = '3b80800101' }: FakePcscd): Uint8Array {
  const all = new Uint8Array(answerLengths.getReadersState);
  const view = new DataView(all.buffer);
  all.set(new TextEncoder().encode(reader));
  view.setUint32(132, slot ? 0x34 : 0x02, true);
  all.set(fromHex(atr), 140);
  view.setUint32(176, fromHex(atr).length, true);
  return all;
}
