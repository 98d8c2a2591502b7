/**
 * The door of a machine that lends keys: lets in who has the token, over TLS wherever the line could leave the machine.
 * The token travels in the Authorization header of the handshake, where no web page can put it.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { toHex } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import { UsageError } from '#base/errors.ts';
import { sameBytes, sha256 } from '#protocol/crypto.ts';
import { TransportError } from '#protocol/errors.ts';
import { isLoopback } from './address.ts';
import { lineOver, type MessageSocket } from './message-socket.ts';
import { mostClientBytes, subprotocol } from './messages.ts';

const mostLines = 32;
/** So long may a stranger take to say who it is. */
const handshakeMs = 10_000;
const shortestToken = 16;

export interface ListenOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  token: string;
  /** Certificate chain and private key, PEM. */
  tls?: { cert: string; key: string } | undefined;
  clock: Clock;
  onLine: (line: MessageSocket) => void;
  /** Somebody was turned away, and why. */
  onRefused: (peer: string, why: string) => void;
}

export interface Listener extends AsyncDisposable {
  readonly port: number;
  /** SHA-256 of the certificate, lower-case hex; absent without TLS. */
  readonly fingerprint: string | undefined;
}

/**
 * @throws {UsageError} for an address that others can reach without TLS, a token that can be guessed, a certificate or key
 * that cannot be used; {TransportError} `unavailable` when the port cannot be had.
 */
export async function listen({ host, port, token, tls, clock, onLine, onRefused }: ListenOptions): Promise<Listener> {
  mustBeSafe(host, token, tls !== undefined);
  const server = tls ? tlsServer(tls) : createServer();
  server.maxConnections = 2 * mostLines;
  server.headersTimeout = handshakeMs;
  server.on('request', (_request, response) => response.writeHead(426).end());
  const sockets = new WebSocketServer({
    server,
    maxPayload: mostClientBytes,
    perMessageDeflate: false,
    handleProtocols: () => subprotocol,
    verifyClient({ req }: { req: IncomingMessage }, answer: (admit: boolean, code?: number) => void) {
      const refusal = refusalOf(req, token, sockets.clients.size);
      if (refusal) onRefused(peerOf(req), refusal.why);
      answer(!refusal, refusal?.code);
    },
  });
  sockets.on('connection', (socket, request) => onLine(lineOver(socket, peerOf(request), clock)));
  sockets.on('error', () => undefined); // a connection that could not be taken; before listening, `once` below tells
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'the port is taken' : message;
    throw new TransportError('unavailable', `cannot listen on ${host}:${port}: ${why}`, { cause });
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

function mustBeSafe(host: string, token: string, hasTls: boolean): void {
  if (!isLoopback(host) && !hasTls)
    throw new UsageError(
      `cannot lend keys on ${host} without TLS: the token would cross the network in the clear; a certificate and its key are wanted, or a loopback address`,
    );
  if (token.length < shortestToken)
    throw new UsageError(
      `cannot lend keys: the token has ${token.length} characters, at least ${shortestToken} are wanted`,
    );
}

function tlsServer({ cert, key }: { cert: string; key: string }) {
  try {
    return createTlsServer({ cert, key, handshakeTimeout: handshakeMs });
  } catch (cause) {
    throw new UsageError(`cannot use the certificate and its key: ${(cause as Error).message}`, { cause });
  }
}

/** Of the first certificate of a chain that TLS has accepted. */
function fingerprintOf(pem: string): string {
  const [, base64 = ''] = /-----BEGIN CERTIFICATE-----([^-]+)-----END/.exec(pem) ?? [];
  return toHex(sha256(new Uint8Array(Buffer.from(base64, 'base64'))));
}

/** Why a handshake is refused, with an HTTP status; undefined when it is well. */
function refusalOf(
  { headers }: IncomingMessage,
  token: string,
  lines: number,
): { code: number; why: string } | undefined {
  if (!isToken(headers.authorization, token)) return { code: 401, why: 'the token is wrong' };
  if (headers['sec-websocket-protocol'] !== subprotocol) return { code: 400, why: `it does not speak ${subprotocol}` };
  if (lines >= mostLines) return { code: 503, why: `${lines} others are connected` };
  return undefined;
}

/** In constant time: digests are compared, so not even the length shows. */
const isToken = (authorization: string | undefined, token: string): boolean =>
  sameBytes(sha256(authorization ?? ''), sha256(`Bearer ${token}`));

const peerOf = ({ socket: { remoteAddress, remotePort } }: IncomingMessage): string => `${remoteAddress}:${remotePort}`;
