/** Report pipes over sockets: UDP with a report a datagram (SoloKeys, OpenSK), TCP with a u16 length before each (pico-fido). */
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { TransportError } from '#protocol/errors.ts';
import { cutByLength, withLength } from '#protocol/length-prefixed.ts';
import type { ReportPipe } from './report-pipe.ts';

export interface SocketAddress {
  host: string;
  port: number;
}

/** @throws {TransportError} `unavailable` when the address cannot be reached. A UDP port where nobody listens shows with the first report only. */
export async function openUdp({ host, port }: SocketAddress): Promise<ReportPipe> {
  const name = `udp:${host}:${port}`;
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (cause) => reject(cannotOpen(name, cause)));
    socket.connect(port, host, resolve);
  });
  socket.removeAllListeners('error');
  const ending = new Ending();
  socket.on('error', (error) => ending.happened(error)); // nobody listens there any more
  return {
    name,
    send(report) {
      if (!ending.is) socket.send(report, (error) => error && ending.happened(error));
    },
    onReport: (listener) => void socket.on('message', (datagram) => listener(new Uint8Array(datagram))),
    onClose: (listener) => ending.listen(listener),
    async close() {
      if (ending.closedHere()) await new Promise<void>((resolve) => socket.close(resolve));
    },
  };
}

/** @throws {TransportError} `unavailable` when nobody listens there. */
export async function openTcp({ host, port }: SocketAddress): Promise<ReportPipe> {
  const name = `tcp:${host}:${port}`;
  const socket = connect({ host, port, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (cause) => reject(cannotOpen(name, cause)));
    socket.once('connect', resolve);
  });
  socket.removeAllListeners('error');
  const ending = new Ending();
  socket.on('error', (error) => ending.happened(error));
  socket.on('close', () => ending.happened(new Error('the connection was closed')));
  return {
    name,
    send(report) {
      if (!ending.is) socket.write(withLength(report));
    },
    onReport: (listener) => void socket.on('data', cutByLength(listener)),
    onClose: (listener) => ending.listen(listener),
    async close() {
      ending.closedHere();
      socket.destroy();
    },
  };
}

/** How a pipe ends: once, and told to the listener unless it was closed from here. */
class Ending {
  #reason: Error | undefined;
  #closed = false;
  #listener: ((reason: Error) => void) | undefined;

  get is(): boolean {
    return this.#closed || this.#reason !== undefined;
  }

  happened(reason: Error): void {
    if (this.is) return;
    this.#reason = reason;
    this.#listener?.(reason);
  }

  listen(listener: (reason: Error) => void): void {
    this.#listener = listener;
    if (this.#reason) listener(this.#reason);
  }

  /** True the first time. */
  closedHere(): boolean {
    const first = !this.#closed;
    this.#closed = true;
    return first;
  }
}

const cannotOpen = (name: string, cause: Error) =>
  new TransportError('unavailable', `cannot open ${name}: ${cause.message}`, { cause });
