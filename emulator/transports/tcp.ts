/** A key over TCP: each 64-byte CTAPHID report follows its length as a big-endian u16, the protocol of pico-fido's emulation. */
import { createServer, type Socket } from 'node:net';
import { reportLength } from '#protocol/ctaphid.ts';
import { splitByLength, withLengthPrefix } from '#protocol/length-prefixed.ts';
import { type AuthenticatorBackend, HidKey, type HidKeyOptions } from './hid-key.ts';
import { createServedKey, type ListenOptions, type SocketKey } from './served-key.ts';
import { loopback, PeersByChannel, startListening, writeOrDrop } from './socket-server.ts';

/** The port that pico-fido's emulation uses. */
export const defaultTcpPort = 35962;

/**
 * Serves a key over TCP; by default on the loopback address. Several hosts may connect.
 * @throws {TransportError} `unavailable` if the server cannot listen on the port.
 */
export async function serveTcp(
  authenticator: AuthenticatorBackend,
  options: ListenOptions & HidKeyOptions = {},
): Promise<SocketKey> {
  const { host = loopback, port = defaultTcpPort } = options;
  const connections = new Set<Socket>();
  const peers = new PeersByChannel<Socket>();
  const closeConnections = () => {
    for (const connection of connections) connection.destroy();
  };
  const send = (report: Uint8Array) => {
    const connection = peers.peerFor(report);
    if (connection) writeOrDrop(connection, withLengthPrefix(report));
  };
  const key = new HidKey(authenticator, { send, onDisconnect: closeConnections }, options);
  const server = createServer({ noDelay: true }, (connection) => {
    if (!key.plugged) {
      connection.destroy();
      return;
    }
    connections.add(connection);
    connection.on('error', () => undefined); // 'close' follows
    connection.on('close', () => {
      connections.delete(connection);
      peers.forget(connection);
    });
    const onReport = (report: Uint8Array) => {
      if (report.length !== reportLength) return;
      peers.remember(report, connection);
      key.receive(report);
    };
    connection.on('data', splitByLength(onReport));
  });
  const boundPort = await startListening(server, 'tcp', host, port);
  return createServedKey(key, { name: `tcp:${host}:${boundPort}`, port: boundPort }, async () => {
    key.unplug();
    closeConnections();
    if (server.listening) await new Promise<unknown>((resolve) => server.close(resolve));
  });
}
