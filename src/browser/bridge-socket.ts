/**
 * The bridge's socket (only door to `ws`): a WebSocket server on the loopback interface that lets nobody in uninvited.
 * An invitation is a random path that works once, and only for the extension's own origin, which a web page cannot forge.
 */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { toHex } from '#base/bytes.ts';
import { type Random, systemRandom } from '#base/random.ts';

/** One connected browser context. Messages are JSON values. */
export interface BridgeConnection {
  send(message: object): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}

interface Invitation {
  url: string;
  /** Settles when the guest is in; never rejects, so a guest that does not come must be noticed elsewhere. */
  accepted: Promise<BridgeConnection>;
}

export interface BridgeServer extends AsyncDisposable {
  invite(): Invitation;
}

/** Listens on a free port of 127.0.0.1 for WebSockets of `origin`, e.g. `chrome-extension://abc`. */
export async function listenForBrowser(origin: string, random: Random = systemRandom): Promise<BridgeServer> {
  const invited = new Map<string, (connection: BridgeConnection) => void>();
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    verifyClient: ({ req, origin: found }: { req: IncomingMessage; origin: string }) =>
      found === origin && invited.has(req.url ?? ''),
  });
  server.on('connection', (socket, { url = '' }) => {
    invited.get(url)?.(connectionOver(socket));
    invited.delete(url);
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    invite() {
      const path = `/${toHex(random.bytes(32))}`;
      const accepted = new Promise<BridgeConnection>((resolve) => invited.set(path, resolve));
      return { url: `ws://127.0.0.1:${port}${path}`, accepted };
    },
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function connectionOver(socket: WebSocket): BridgeConnection {
  socket.on('error', () => socket.terminate()); // 'close' follows and tells
  return {
    send: (message) => socket.send(JSON.stringify(message), () => {}), // a socket that closes meanwhile is no error
    onMessage: (listener) => socket.on('message', (data) => listener(JSON.parse(data.toString()))),
    onClose: (listener) => socket.once('close', listener),
    close: () => socket.close(),
  };
}
