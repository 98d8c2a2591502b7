/** A USB/IP client for tests: it attaches a key, enumerates it as Linux does, and opens it as a report pipe. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { concat, fromHex, toHex, uint, utf8 } from '#base/bytes.ts';
import type { ReportPipe } from '#transport/report-pipe.ts';
import { type StreamParser, startParser } from '../stream-parser.ts';

const operation = (code: number) => concat(uint(0x0111, 2), uint(code, 2), uint(0, 4));

/** Sends a request on a new connection. Returns everything received until the server closes it. */
export async function exchangeOnce(port: number, request: Uint8Array): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined); // 'close' follows
  socket.write(request);
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export const devlist = operation(0x8005);

export function importRequest(busId: string): Uint8Array {
  const name = new Uint8Array(32);
  name.set(utf8(busId));
  return concat(operation(0x8003), name);
}

/** Result of a transfer. */
export interface TransferOutcome {
  status: number;
  actual: number;
  data: Buffer;
}

interface Transfer {
  endpoint: number;
  isIn: boolean;
  length: number;
  setup: Uint8Array;
  data: Uint8Array;
}

const nothing = new Uint8Array(0);

export class UsbIpClient {
  readonly socket: Socket;
  /** The 312-byte record of the device. */
  record = Buffer.alloc(0);
  #sequence = 0;
  #devId = 0;
  readonly #transfers = new Map<number, { isIn: boolean; resolve(outcome: TransferOutcome): void }>();

  private constructor(socket: Socket) {
    this.socket = socket;
  }

  /** @throws {Error} with the status if the server refuses the import. */
  static async attach(port: number, busId: string): Promise<UsbIpClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    const client = new UsbIpClient(socket);
    await new Promise<void>((resolve, reject) => {
      const feed = startParser(client.#read(resolve, reject));
      socket.on('data', feed);
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('The server closed the connection')));
      socket.write(importRequest(busId));
    });
    return client;
  }

  /** Submits a control transfer; `setup` is the setup packet in hex. */
  control(setup: string, data: Uint8Array = nothing): Promise<TransferOutcome> {
    const bytes = fromHex(setup);
    const isIn = (bytes[0]! & 0x80) !== 0;
    const length = isIn ? bytes[6]! | (bytes[7]! << 8) : data.length;
    return this.submit({ endpoint: 0, isIn, length, setup: bytes, data }).completed;
  }

  /** Submits a transfer; by default an interrupt transfer from the key. */
  submit({
    endpoint = 1,
    isIn = true,
    length = 64,
    setup = new Uint8Array(8),
    data = nothing,
  }: Partial<Transfer> = {}) {
    const sequence = ++this.#sequence;
    const completed = new Promise<TransferOutcome>((resolve) => this.#transfers.set(sequence, { isIn, resolve }));
    const numbers = [1, sequence, this.#devId, isIn ? 1 : 0, endpoint, 0, length, 0, 0, 0].map((each) => uint(each, 4));
    this.socket.write(concat(...numbers, setup, data));
    return { sequence, completed };
  }

  /** Unlinks a transfer and returns the status of the server's reply. */
  async unlink(targetSequence: number): Promise<number> {
    const sequence = ++this.#sequence;
    const completed = new Promise<TransferOutcome>((resolve) =>
      this.#transfers.set(sequence, { isIn: false, resolve }),
    );
    const numbers = [2, sequence, this.#devId, 0, 0, targetSequence, 0, 0, 0, 0, 0, 0].map((each) => uint(each, 4));
    this.socket.write(concat(...numbers));
    return (await completed).status;
  }

  /** Sends the requests that Linux (USB core and usbhid) sends to a new device. */
  async enumerate(): Promise<{ strings: string[]; reportDescriptor: Buffer }> {
    await this.control('8006000100004000');
    await this.control('0005020000000000');
    const device = await this.control('8006000100001200');
    if ((await this.control('8006000600000a00')).status !== -32)
      throw new Error('Expected a STALL: a full-speed device has no device qualifier');
    const head = await this.control('8006000200000900');
    const total = head.data.readUInt16LE(2);
    await this.control(`800600020000${littleEndian(total)}`);
    await this.control('800600030000ff00');
    const strings: string[] = [];
    for (const index of [15, 14, 16].map((at) => device.data[at]!).filter((at) => at !== 0)) {
      const { data } = await this.control(`8006${index.toString(16).padStart(2, '0')}030904ff00`);
      strings.push(data.subarray(2).toString('utf16le'));
    }
    await this.control('0009010000000000');
    await this.control('210a000000000000');
    const { data: reportDescriptor } = await this.control('8106002200002200');
    return { strings, reportDescriptor };
  }

  /** Opens the hidraw device, as a program does: one interrupt IN transfer is always pending. */
  open(): ReportPipe {
    let onReport: (report: Uint8Array) => void = () => undefined;
    let isOpen = true;
    const poll = async () => {
      while (isOpen) {
        const { data } = await this.submit().completed;
        onReport(new Uint8Array(data));
      }
    };
    void poll();
    return {
      name: 'hidraw:usbip',
      send: (report) => void this.submit({ isIn: false, length: report.length, data: report }),
      onReport: (listener) => {
        onReport = listener;
      },
      onClose: (listener) =>
        void this.socket.on('close', () => isOpen && listener(new Error('The device was removed'))),
      close: async () => {
        isOpen = false;
      },
    };
  }

  async detach(): Promise<void> {
    if (this.socket.closed) return;
    this.socket.destroy();
    await once(this.socket, 'close');
  }

  *#read(onImported: () => void, onRefused: (error: Error) => void): StreamParser {
    const head = Buffer.from(yield 8);
    if (head.readUInt32BE(4) !== 0) {
      onRefused(new Error(`The import was refused: status ${head.readUInt32BE(4)}`));
      return;
    }
    this.record = Buffer.from(yield 312);
    this.#devId = this.record.readUInt32BE(288) * 0x1_0000 + this.record.readUInt32BE(292);
    onImported();
    for (;;) {
      const header = Buffer.from(yield 48);
      const transfer = this.#transfers.get(header.readUInt32BE(4));
      this.#transfers.delete(header.readUInt32BE(4));
      const [status, actual] = [header.readInt32BE(20), header.readUInt32BE(24)];
      const data = transfer?.isIn && header.readUInt32BE(0) === 3 ? Buffer.from(yield actual) : Buffer.alloc(0);
      transfer?.resolve({ status, actual, data });
    }
  }
}

const littleEndian = (value: number): string => toHex(uint(value, 2).reverse());
