/** What served keys have in common: hands on the cable; over sockets also who gets which report, and how a taken port is said. */
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import { TransportError } from '#protocol/errors.ts';
import type { HidKeyOptions, KeyInside } from './hid-key.ts';
import type { UsbDevice } from './usb-identity.ts';

/** A key, and what of it shows outside. */
export interface KeyToServe extends Pick<HidKeyOptions, 'wink' | 'deviceVersion' | 'packetTimeoutMs'> {
  inside: KeyInside;
  usb: UsbDevice;
}

/** A key that other programs reach. Disposing it takes it away and stops what served it. */
export interface ServedKey extends AsyncDisposable {
  /** Scheme and address, e.g. `udp:127.0.0.1:8111`. */
  readonly name: string;
  readonly plugged: boolean;
  unplug(): void;
  replug(): void;
  /** Unplugs and plugs in again. */
  powerCycle(): void;
}

/** A key behind a port of this machine. */
export interface SocketKey extends ServedKey {
  readonly port: number;
}

/** Where a served key listens. */
export interface Listening {
  /** 0 takes a free one. */
  port?: number | undefined;
  /** The loopback address without. */
  host?: string | undefined;
}

/** The hands on a key's cable, beside where it is served and how that ends. */
export const serving = <Where extends Pick<ServedKey, 'name'>>(
  key: Pick<ServedKey, 'plugged' | 'unplug' | 'replug' | 'powerCycle'>,
  where: Where,
  dispose: () => Promise<void>,
): Where & ServedKey => ({
  ...where,
  get plugged() {
    return key.plugged;
  },
  unplug: () => key.unplug(),
  replug: () => key.replug(),
  powerCycle: () => key.powerCycle(),
  [Symbol.asyncDispose]: dispose,
});

/** Where keys are served, and the seams. */
export interface ServeOptions extends Listening {
  clock?: Clock | undefined;
  random?: Random | undefined;
}

export const loopback = '127.0.0.1';
const mostUnreadBytes = 1 << 20;
/** As many as a key has channels, and the broadcast channel. */
const mostPeers = 65;

/** Who spoke last on which channel: reports go back there. */
export class PeersByChannel<Peer> {
  readonly #peers = new Map<number, Peer>();

  heard(report: Uint8Array, peer: Peer): void {
    const channel = channelOf(report);
    this.#peers.delete(channel);
    this.#peers.set(channel, peer);
    const [oldest] = this.#peers.keys();
    if (this.#peers.size > mostPeers && oldest !== undefined) this.#peers.delete(oldest);
  }

  of(report: Uint8Array): Peer | undefined {
    return this.#peers.get(channelOf(report));
  }

  forget(peer: Peer): void {
    for (const [channel, each] of this.#peers) if (each === peer) this.#peers.delete(channel);
  }
}

const channelOf = (report: Uint8Array): number =>
  ((report[0]! << 24) | (report[1]! << 16) | (report[2]! << 8) | report[3]!) >>> 0;

/** Writes to a host. One that does not read its answers is dropped when a megabyte waits for it. */
export function write(connection: Socket, bytes: Uint8Array): void {
  if (connection.destroyed) return;
  connection.write(bytes);
  if (connection.writableLength > mostUnreadBytes) connection.destroy();
}

/**
 * Starts a server and tells its port.
 * @throws {TransportError} `unavailable` when the port cannot be had.
 */
export async function listening(server: Server, scheme: string, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(`${scheme}:${host}:${port}`, error)));
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Why a server could not start. */
export function cannotListen(name: string, cause: NodeJS.ErrnoException): TransportError {
  const why = cause.code === 'EADDRINUSE' ? 'the port is taken' : cause.message;
  return new TransportError('unavailable', `cannot listen on ${name}: ${why}`, { cause });
}
