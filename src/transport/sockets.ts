/** Report pipes over sockets: UDP with a report a datagram (SoloKeys, OpenSK), TCP with a u16 length before each (pico-fido). */
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { UsageError } from '#base/errors.ts';
import { TransportError } from '#protocol/errors.ts';
import { cutByLength, withLength } from '#protocol/length-prefixed.ts';
import { openCtapHid } from './ctaphid-channel.ts';
import { Ending } from './pipe-closure.ts';
import type { ReportPipe } from './report-pipe.ts';
import type { Transport } from './transport.ts';

export interface SocketAddress {
  host: string;
  port: number;
}

/** Nobody can be seen behind a socket: these devices are opened by address only. */
const socketTransport = (
  scheme: string,
  defaultPort: number,
  open: (address: SocketAddress) => Promise<ReportPipe>,
): Transport => ({
  scheme,
  list: async () => [],
  open: async (where, options) => openCtapHid(await open(socketAddress(scheme, where, defaultPort)), options),
});

export const udp = socketTransport('udp', 8111, openUdp);
export const tcp = socketTransport('tcp', 35962, openTcp);

/** Host and port may be left out. */
function socketAddress(scheme: string, where: string, defaultPort: number): SocketAddress {
  const [, host = '', port = `${defaultPort}`] = /^([^:]*)(?::(\d{1,5}))?$/.exec(where) ?? [];
  if (Number(port) > 0xffff || Number(port) === 0 || (where !== '' && host === ''))
    throw new UsageError(`cannot open ${scheme}:${where}: ${scheme}:HOST:PORT is wanted`);
  return { host: host || '127.0.0.1', port: Number(port) };
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

const cannotOpen = (name: string, cause: Error) =>
  new TransportError('unavailable', `cannot open ${name}: ${cause.message}`, { cause });
