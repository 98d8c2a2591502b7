/**
 * Serves an emulated key to pages and tests of any tool, on the loopback address. Pages connect with a WebSocket at `/page`; tests
 * use HTTP. Everyone needs the token. `docs/other-tools.md` describes the protocol.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { messageOf, UsageError } from '#base/errors.ts';
import { webSocketInitScript } from '#browser/shim/init-script.ts';
import { sameBytes, sha256 } from '#protocol/crypto.ts';
import { TransportError } from '#protocol/errors.ts';
import type { KeySetOptions } from '../key-set.ts';
import { connectedDocument } from './connected-document.ts';
import { ServedKeySet } from './control-requests.ts';

const host = '127.0.0.1';
const minTokenLength = 16;
/** Longer than any request of a page or a state with hundreds of passkeys. */
const maxBodyBytes = 4 * 2 ** 20;

export interface AuthenticatorServerOptions extends KeySetOptions {
  /** 0 selects a free port. */
  port: number;
  token: string;
}

export interface AuthenticatorServer extends AsyncDisposable {
  /** E.g. `http://127.0.0.1:9333`. */
  readonly origin: string;
  /** Where pages connect, with the token. */
  readonly pageUrl: string;
}

/** Returns the address that pages connect to. */
export const pageUrlOf = (port: number, token: string): string =>
  `ws://${host}:${port}/page?token=${encodeURIComponent(token)}`;

/**
 * Serves a key until the result is disposed.
 * @throws {UsageError} for a short token and for options that the model does not support.
 * @throws {TransportError} `unavailable` if the port is not available.
 */
export async function serveAuthenticator(options: AuthenticatorServerOptions): Promise<AuthenticatorServer> {
  const { port, token, ...keyOptions } = options;
  if (token.length < minTokenLength)
    throw new UsageError(
      `Cannot serve a key: expected a token of at least ${minTokenLength} characters, got ${token.length}`,
    );
  const served = new ServedKeySet(keyOptions);
  const server = createServer();
  const sockets = new WebSocketServer({
    server,
    path: '/page',
    maxPayload: maxBodyBytes,
    verifyClient: ({ req }: { req: IncomingMessage }) => hasToken(req, token),
  });
  sockets.on('connection', (socket, { headers }) => servePage(socket, headers.origin ?? 'null', served));
  sockets.on('error', () => undefined); // a failed connection; errors of `listen` reject below
  const listening = await listen(server, port);
  const pageUrl = pageUrlOf(listening, token);
  server.on('request', (request, response) => void answer(request, response, { served, token, pageUrl }));
  return {
    origin: `http://${host}:${listening}`,
    pageUrl,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      served[Symbol.dispose]();
    },
  };
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'the port is in use' : messageOf(cause);
    throw new TransportError('unavailable', `Cannot listen on ${host}:${port}: ${why}`, { cause });
  }
  return (server.address() as AddressInfo).port;
}

function servePage(socket: WebSocket, origin: string, { session }: ServedKeySet): void {
  const document = connectedDocument(socket, origin);
  socket.on('error', () => undefined); // a malformed frame; the socket closes
  socket.on('message', async (data) => {
    const message = parseMessage(String(data));
    if (!message) return socket.close(1007, 'Expected JSON with a number as id');
    const reply = await session.receive(document, String(data));
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ id: message.id, ...JSON.parse(reply) }));
  });
}

function parseMessage(text: string): { id: number } | undefined {
  try {
    const message = JSON.parse(text);
    return Number.isInteger(message?.id) && typeof message.type === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

interface ServerParts {
  served: ServedKeySet;
  token: string;
  pageUrl: string;
}

async function answer(request: IncomingMessage, response: ServerResponse, parts: ServerParts): Promise<void> {
  const send = (status: number, body: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (!hasToken(request, parts.token)) return void send(401, { error: 'The token is missing or wrong' });
  const route = `${request.method} ${new URL(request.url ?? '/', `http://${host}`).pathname}`;
  if (route === 'GET /shim.js') {
    const script = await webSocketInitScript(parts.pageUrl);
    return void response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(script);
  }
  try {
    const result = parts.served.handle(route, await readBody(request));
    send(result ? 200 : 404, result ?? { error: `Unknown request: ${route}` });
  } catch (error) {
    send(error instanceof UsageError ? 400 : 500, { error: messageOf(error) });
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > maxBodyBytes)
      throw new UsageError(`Cannot read the body of the request: it has more than ${maxBodyBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** The token is in the query, or in the header `Authorization: Bearer`. Digests are compared, in constant time. */
function hasToken({ url = '/', headers }: IncomingMessage, token: string): boolean {
  const given =
    new URL(url, `http://${host}`).searchParams.get('token') ?? headers.authorization?.replace(/^Bearer /, '');
  return sameBytes(sha256(given ?? ''), sha256(token));
}
