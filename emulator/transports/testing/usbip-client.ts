/** A USB/IP client for tests: it attaches a key and enumerates it as Linux does, and is a pipe of reports after that. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { concat, fromHex, toHex, uint, utf8 } from '#base/bytes.ts';
import type { ReportPipe } from '#transport/report-pipe.ts';
import { feeding, type Parser } from '../wanted-bytes.ts';

const operation = (code: number) => concat(uint(0x0111, 2), uint(code, 2), uint(0, 4));

/** One operation of a connection of its own: everything that comes back, up to the end or `enough` bytes. */
export async function askOnce(port: number, request: Uint8Array, enough = Number.POSITIVE_INFINITY): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined); // the end that follows says enough
  socket.write(request);
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    if (Buffer.concat(chunks).length >= enough) break;
  }
  return Buffer.concat(chunks);
}

export const devlist = operation(0x8005);

export function importRequest(busId: string): Uint8Array {
  const name = new Uint8Array(32);
  name.set(utf8(busId));
  return concat(operation(0x8003), name);
}

/** How a transfer ended. */
export interface Ended {
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
  readonly #transfers = new Map<number, { isIn: boolean; resolve(ended: Ended): void }>();

  private constructor(socket: Socket) {
    this.socket = socket;
  }

  /** @throws {Error} with the status when the server does not give the device out. */
  static async attach(port: number, busId: string): Promise<UsbIpClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    const client = new UsbIpClient(socket);
    await new Promise<void>((resolve, reject) => {
      const feed = feeding(client.#read(resolve, reject));
      socket.on('data', feed);
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the server hung up')));
      socket.write(importRequest(busId));
    });
    return client;
  }

  /** A control transfer; `setup` is hex. */
  control(setup: string, data: Uint8Array = nothing): Promise<Ended> {
    const bytes = fromHex(setup);
    const isIn = (bytes[0]! & 0x80) !== 0;
    const length = isIn ? bytes[6]! | (bytes[7]! << 8) : data.length;
    return this.submit({ endpoint: 0, isIn, length, setup: bytes, data }).ended;
  }

  submit({
    endpoint = 1,
    isIn = true,
    length = 64,
    setup = new Uint8Array(8),
    data = nothing,
  }: Partial<Transfer> = {}) {
    const sequence = ++this.#sequence;
    const ended = new Promise<Ended>((resolve) => this.#transfers.set(sequence, { isIn, resolve }));
    const numbers = [1, sequence, this.#devId, isIn ? 1 : 0, endpoint, 0, length, 0, 0, 0].map((each) => uint(each, 4));
    this.socket.write(concat(...numbers, setup, data));
    return { sequence, ended };
  }

  /** Takes a transfer back; the status that the server answers with. */
  async unlink(unlinks: number): Promise<number> {
    const sequence = ++this.#sequence;
    const ended = new Promise<Ended>((resolve) => this.#transfers.set(sequence, { isIn: false, resolve }));
    const numbers = [2, sequence, this.#devId, 0, 0, unlinks, 0, 0, 0, 0, 0, 0].map((each) => uint(each, 4));
    this.socket.write(concat(...numbers));
    return (await ended).status;
  }

  /** What the USB core and usbhid ask of a device that has just come. */
  async enumerate(): Promise<{ strings: string[]; reportDescriptor: Buffer }> {
    await this.control('8006000100004000');
    await this.control('0005020000000000');
    const device = await this.control('8006000100001200');
    if ((await this.control('8006000600000a00')).status !== -32)
      throw new Error('a full-speed device has no qualifier');
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

  /** A program opens the hidraw device that usbhid made: one transfer for input is always pending. */
  open(): ReportPipe {
    let onReport: (report: Uint8Array) => void = () => undefined;
    let isOpen = true;
    const poll = async () => {
      while (isOpen) {
        const { data } = await this.submit().ended;
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
        void this.socket.on('close', () => isOpen && listener(new Error('the device was removed'))),
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

  *#read(onImported: () => void, onRefused: (error: Error) => void): Parser {
    const head = Buffer.from(yield 8);
    if (head.readUInt32BE(4) !== 0) {
      onRefused(new Error(`not imported: status ${head.readUInt32BE(4)}`));
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
