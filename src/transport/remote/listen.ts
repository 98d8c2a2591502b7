/**
 * The listener of a key server: accepts WebSocket connections of clients that send the token. TLS is required unless the
 * server listens on a loopback address. The token is in the Authorization header of the handshake, which web pages cannot set.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { toHex } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import { messageOf, UsageError } from '#base/errors.ts';
import { sameBytes, sha256 } from '#protocol/crypto.ts';
import { TransportError } from '#protocol/errors.ts';
import { isLoopback } from './address.ts';
import { createMessageSocket, type MessageSocket } from './message-socket.ts';
import { maxClientMessageBytes, subprotocol } from './messages.ts';

const maxConnections = 32;
/** Time limit for the handshake of a client. */
const handshakeTimeoutMs = 10_000;
const minTokenLength = 16;

export interface ListenOptions {
  host: string;
  /** 0 selects a free port. */
  port: number;
  token: string;
  /** Certificate chain and private key, PEM. */
  tls?: { cert: string; key: string } | undefined;
  clock: Clock;
  onConnection: (socket: MessageSocket) => void;
  /** Called for each client that is refused, with the reason. */
  onRefused: (peer: string, why: string) => void;
}

export interface Listener extends AsyncDisposable {
  readonly port: number;
  /** SHA-256 fingerprint of the certificate, lower-case hex; absent without TLS. */
  readonly fingerprint: string | undefined;
}

/**
 * Listens until the result is disposed.
 * @throws {UsageError} for an address that other machines can reach without TLS, a short token, or an invalid certificate or
 * key; {TransportError} `unavailable` if the port is not available.
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { host, port, token, tls, clock, onConnection, onRefused } = options;
  requireSafeOptions(host, token, tls !== undefined);
  const server = tls ? createSecureServer(tls) : createServer();
  server.maxConnections = 2 * maxConnections;
  server.headersTimeout = handshakeTimeoutMs;
  server.on('request', (_request, response) => response.writeHead(426).end());
  const sockets = new WebSocketServer({
    server,
    maxPayload: maxClientMessageBytes,
    perMessageDeflate: false,
    handleProtocols: () => subprotocol,
    verifyClient({ req }: { req: IncomingMessage }, answer: (isAccepted: boolean, code?: number) => void) {
      const refusal = checkHandshake(req, token, sockets.clients.size);
      if (refusal) onRefused(peerOf(req), refusal.why);
      answer(!refusal, refusal?.code);
    },
  });
  sockets.on('connection', (socket, request) => onConnection(createMessageSocket(socket, peerOf(request), clock)));
  sockets.on('error', () => undefined); // a failed connection; errors of `listen` reject `once` below
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'the port is in use' : messageOf(cause);
    throw new TransportError('unavailable', `Cannot listen on ${host}:${port}: ${why}`, { cause });
  }
  return {
    port: (server.address() as AddressInfo).port,
    fingerprint: tls && fingerprintOf(tls.cert),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function requireSafeOptions(host: string, token: string, hasTls: boolean): void {
  if (!isLoopback(host) && !hasTls)
    throw new UsageError(
      `Cannot serve keys on ${host} without TLS, because the token would be sent in clear text. Expected a certificate and its key, or a loopback address`,
    );
  if (token.length < minTokenLength)
    throw new UsageError(
      `Cannot serve keys: expected a token of at least ${minTokenLength} characters, got ${token.length}`,
    );
}

function createSecureServer({ cert, key }: { cert: string; key: string }) {
  try {
    return createTlsServer({ cert, key, handshakeTimeout: handshakeTimeoutMs });
  } catch (cause) {
    throw new UsageError(`Cannot use the certificate and its key: ${messageOf(cause)}`, { cause });
  }
}

/** Returns the fingerprint of the first certificate in a PEM chain that TLS has accepted. */
function fingerprintOf(pem: string): string {
  const [, base64 = ''] = /-----BEGIN CERTIFICATE-----([^-]+)-----END/.exec(pem) ?? [];
  return toHex(sha256(new Uint8Array(Buffer.from(base64, 'base64'))));
}

/** Returns why a handshake is refused, with the HTTP status of the answer; undefined if it is accepted. */
function checkHandshake(
  { headers }: IncomingMessage,
  token: string,
  connections: number,
): { code: number; why: string } | undefined {
  if (!hasToken(headers.authorization, token)) return { code: 401, why: 'the token is wrong' };
  if (headers['sec-websocket-protocol'] !== subprotocol)
    return { code: 400, why: `the client does not support ${subprotocol}` };
  if (connections >= maxConnections) return { code: 503, why: `${connections} clients are connected` };
  return undefined;
}

/** Compares in constant time. Digests are compared so that the length of the token does not leak. */
const hasToken = (authorization: string | undefined, token: string): boolean =>
  sameBytes(sha256(authorization ?? ''), sha256(`Bearer ${token}`));

const peerOf = ({ socket: { remoteAddress, remotePort } }: IncomingMessage): string => `${remoteAddress}:${remotePort}`;
