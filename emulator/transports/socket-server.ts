/** Shared parts of the socket transports: listening, bounded writes, and which host gets which CTAPHID report. */
import type { AddressInfo, Server, Socket } from 'node:net';
import { TransportError } from '#protocol/errors.ts';

export const loopback = '127.0.0.1';
const maxUnreadBytes = 1 << 20;
/** One for each channel of a key, and one for the broadcast channel. */
const maxPeers = 65;

/** Remembers which host used each CTAPHID channel last: the reports of that channel are sent to it. */
export class PeersByChannel<Peer> {
  readonly #peers = new Map<number, Peer>();

  /** Notes that `peer` sent `report`. */
  remember(report: Uint8Array, peer: Peer): void {
    const channel = channelOf(report);
    this.#peers.delete(channel);
    this.#peers.set(channel, peer);
    const [oldest] = this.#peers.keys();
    if (this.#peers.size > maxPeers && oldest !== undefined) this.#peers.delete(oldest);
  }

  /** Returns the host that gets `report`; undefined if none used its channel. */
  peerFor(report: Uint8Array): Peer | undefined {
    return this.#peers.get(channelOf(report));
  }

  forget(peer: Peer): void {
    for (const [channel, each] of this.#peers) if (each === peer) this.#peers.delete(channel);
  }
}

const channelOf = (report: Uint8Array): number =>
  ((report[0]! << 24) | (report[1]! << 16) | (report[2]! << 8) | report[3]!) >>> 0;

/** Writes to a host. Closes the connection when the host leaves more than a megabyte unread. */
export function writeOrDrop(connection: Socket, bytes: Uint8Array): void {
  if (connection.destroyed) return;
  connection.write(bytes);
  if (connection.writableLength > maxUnreadBytes) connection.destroy();
}

/**
 * Starts a server and returns its port.
 * @throws {TransportError} `unavailable` if the server cannot listen on the port.
 */
export async function startListening(server: Server, scheme: string, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(`${scheme}:${host}:${port}`, error)));
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Returns the error for a server that cannot listen on `name`. */
export function listenError(name: string, cause: NodeJS.ErrnoException): TransportError {
  const reason = cause.code === 'EADDRINUSE' ? 'the port is in use' : cause.message;
  return new TransportError('unavailable', `Cannot listen on ${name}: ${reason}`, { cause });
}
