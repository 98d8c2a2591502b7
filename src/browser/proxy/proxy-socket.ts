/**
 * The WebSocket server of the bridge, on the loopback interface. A browser context connects to a random path that works once,
 * and only from the extension's own origin, which a web page cannot forge. The only file here that imports `ws`.
 */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { toHex } from '#base/bytes.ts';
import { type Random, systemRandom } from '#base/random.ts';

/** The connection of one browser context. Messages are JSON values. */
export interface BridgeConnection {
  send(message: object): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}

interface ExpectedConnection {
  /** URL that accepts one connection. */
  url: string;
  /** Resolves when it is connected. Never rejects: the caller must notice by other means that no connection comes. */
  connected: Promise<BridgeConnection>;
}

export interface BridgeServer extends AsyncDisposable {
  /** Reserves a new URL for one connection. */
  expectConnection(): ExpectedConnection;
}

/** Listens on a free port of 127.0.0.1 for WebSockets of `origin`, e.g. `chrome-extension://abc`. */
export async function listenForBrowser(origin: string, random: Random = systemRandom): Promise<BridgeServer> {
  const expected = new Map<string, (connection: BridgeConnection) => void>();
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    verifyClient: (client: { req: IncomingMessage; origin: string }) =>
      client.origin === origin && expected.has(client.req.url ?? ''),
  });
  server.on('connection', (socket, { url = '' }) => {
    expected.get(url)?.(createConnection(socket));
    expected.delete(url);
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    expectConnection() {
      const path = `/${toHex(random.bytes(32))}`;
      const connected = new Promise<BridgeConnection>((resolve) => expected.set(path, resolve));
      return { url: `ws://127.0.0.1:${port}${path}`, connected };
    },
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function createConnection(socket: WebSocket): BridgeConnection {
  socket.on('error', () => socket.terminate()); // 'close' follows
  return {
    send: (message) => socket.send(JSON.stringify(message), () => {}), // the socket may have closed
    onMessage: (listener) => socket.on('message', (data) => listener(JSON.parse(data.toString()))),
    onClose: (listener) => socket.once('close', listener),
    close: () => socket.close(),
  };
}
