/**
 * Transports `udp` and `tcp`: HID reports over sockets. Over UDP, each datagram is one report (SoloKeys, OpenSK); over TCP, reports have a
 * 16-bit length prefix (pico-fido).
 */
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { UsageError } from '#base/errors.ts';
import { TransportError } from '#protocol/errors.ts';
import { splitByLength, withLengthPrefix } from '#protocol/length-prefixed.ts';
import { openCtapHid } from './ctaphid-channel.ts';
import { PipeClosure } from './pipe-closure.ts';
import type { ReportPipe } from './report-pipe.ts';
import type { Transport } from './transport.ts';

export interface SocketAddress {
  host: string;
  port: number;
}

/** Devices behind sockets cannot be listed; they are opened by address. */
const createSocketTransport = (
  scheme: string,
  defaultPort: number,
  open: (address: SocketAddress) => Promise<ReportPipe>,
): Transport => ({
  scheme,
  list: async () => [],
  open: async (where, options) => openCtapHid(await open(parseSocketAddress(scheme, where, defaultPort)), options),
});

const udpPort = 8111;

export const udp: Transport = {
  ...createSocketTransport('udp', udpPort, openUdp),
  openReports: (where) => openUdp(parseUdpAddress(where)),
};
export const tcp = createSocketTransport('tcp', 35962, openTcp);

/** Returns the address after `udp:`. @throws {UsageError} if it is malformed. */
export const parseUdpAddress = (where: string): SocketAddress => parseSocketAddress('udp', where, udpPort);

/** Parses `HOST:PORT`; both parts are optional. */
export function parseSocketAddress(scheme: string, where: string, defaultPort: number): SocketAddress {
  const [, host = '', port = `${defaultPort}`] = /^([^:]*)(?::(\d{1,5}))?$/.exec(where) ?? [];
  if (Number(port) > 0xffff || Number(port) === 0 || (where !== '' && host === ''))
    throw new UsageError(`Cannot open ${scheme}:${where}: expected ${scheme}:HOST:PORT`);
  return { host: host || '127.0.0.1', port: Number(port) };
}

/**
 * Opens a UDP pipe. A port without a listener is detected only when the first report is sent.
 * @throws {TransportError} `unavailable` if the address cannot be reached.
 */
export async function openUdp({ host, port }: SocketAddress): Promise<ReportPipe> {
  const name = `udp:${host}:${port}`;
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (cause) => reject(createOpenError(name, cause)));
    socket.connect(port, host, resolve);
  });
  socket.removeAllListeners('error');
  const closure = new PipeClosure();
  socket.on('error', (error) => closure.close(error)); // no program listens on the port any more
  return {
    name,
    send(report) {
      if (!closure.isClosed) socket.send(report, (error) => error && closure.close(error));
    },
    onReport: (listener) => void socket.on('message', (datagram) => listener(new Uint8Array(datagram))),
    onClose: (listener) => closure.onClose(listener),
    async close() {
      if (closure.closeLocally()) await new Promise<void>((resolve) => socket.close(resolve));
    },
  };
}

/** Opens a TCP pipe. @throws {TransportError} `unavailable` if the connection is refused or the address cannot be reached. */
export async function openTcp({ host, port }: SocketAddress): Promise<ReportPipe> {
  const name = `tcp:${host}:${port}`;
  const socket = connect({ host, port, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (cause) => reject(createOpenError(name, cause)));
    socket.once('connect', resolve);
  });
  socket.removeAllListeners('error');
  const closure = new PipeClosure();
  socket.on('error', (error) => closure.close(error));
  socket.on('close', () => closure.close(new Error('The connection was closed')));
  return {
    name,
    send(report) {
      if (!closure.isClosed) socket.write(withLengthPrefix(report));
    },
    onReport: (listener) => void socket.on('data', splitByLength(listener)),
    onClose: (listener) => closure.onClose(listener),
    async close() {
      closure.closeLocally();
      socket.destroy();
    },
  };
}

const createOpenError = (name: string, cause: Error) =>
  new TransportError('unavailable', `Cannot open ${name}: ${cause.message}`, { cause });
