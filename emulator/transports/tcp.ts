/** A key over TCP: each 64-byte report behind its length as a big-endian u16, as the emulation of pico-fido speaks it. */
import { createServer, type Socket } from 'node:net';
import { reportLength } from '#protocol/ctaphid.ts';
import { cutByLength, withLength } from '#protocol/length-prefixed.ts';
import { HidKey, type HidKeyOptions, type KeyInside } from './hid-key.ts';
import { type Listening, listening, loopback, PeersByChannel, type SocketKey, serving, write } from './served-key.ts';

/** The port that pico-fido's emulation uses. */
export const defaultTcpPort = 35962;

/**
 * Serves a key over TCP, on the loopback address unless told otherwise; several hosts may connect.
 * @throws {TransportError} `unavailable` when the port cannot be had.
 */
export async function serveTcp(inside: KeyInside, options: Listening & HidKeyOptions = {}): Promise<SocketKey> {
  const { host = loopback, port = defaultTcpPort } = options;
  const connections = new Set<Socket>();
  const peers = new PeersByChannel<Socket>();
  const gone = () => {
    for (const connection of connections) connection.destroy();
  };
  const key = new HidKey(inside, { send: (report) => sendTo(peers.of(report), report), gone }, options);
  const server = createServer({ noDelay: true }, (connection) => {
    if (!key.plugged) {
      connection.destroy();
      return;
    }
    connections.add(connection);
    connection.on('error', () => undefined); // the close that follows says enough
    connection.on('close', () => {
      connections.delete(connection);
      peers.forget(connection);
    });
    const onReport = (report: Uint8Array) => {
      if (report.length !== reportLength) return;
      peers.heard(report, connection);
      key.receive(report);
    };
    connection.on('data', cutByLength(onReport));
  });
  const bound = await listening(server, 'tcp', host, port);
  return serving(key, { name: `tcp:${host}:${bound}`, port: bound }, async () => {
    key.unplug();
    gone();
    if (server.listening) await new Promise<unknown>((resolve) => server.close(resolve));
  });
}

function sendTo(connection: Socket | undefined, report: Uint8Array): void {
  if (connection) write(connection, withLength(report));
}
