/** Connects to a key server: TCP, or TLS with a check of the certificate before the token is sent, then a WebSocket. */
import { once } from 'node:events';
import { isIP, type Socket, connect as tcpConnect } from 'node:net';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { WebSocket } from 'ws';
import { toHex } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import { messageOf } from '#base/errors.ts';
import { sha256 } from '#protocol/crypto.ts';
import { TransportError } from '#protocol/errors.ts';
import { formatHostPort, type HostPort } from './address.ts';
import { createMessageSocket, type MessageSocket } from './message-socket.ts';
import { maxServerMessageBytes, subprotocol } from './messages.ts';

/** The accepted certificates. Without `ca` and `pins`, those issued by the certification authorities that Node trusts. */
export interface Trust {
  /** Certificates of certification authorities, PEM. */
  ca?: string | undefined;
  /** SHA-256 fingerprints in lower-case hex: the server's certificate must have one of them, and any issuer. */
  pins?: readonly string[] | undefined;
}

export interface ConnectOptions {
  token: string;
  /** Without it, the connection does not use TLS. */
  tls?: Trust | undefined;
  clock: Clock;
  /** Aborting stops the attempt to connect. */
  signal: AbortSignal;
}

/** @throws {TransportError} `unavailable` if the server cannot be reached, has another certificate or refuses the client. */
export async function connectToKeyServer(
  server: HostPort,
  { token, tls, clock, signal }: ConnectOptions,
): Promise<MessageSocket> {
  const name = formatHostPort(server);
  try {
    const socket = await connectSocket(server, tls, signal);
    const webSocket = new WebSocket(`ws://${name}/`, subprotocol, {
      createConnection: () => socket,
      headers: { authorization: `Bearer ${token}` },
      maxPayload: maxServerMessageBytes,
      perMessageDeflate: false,
    });
    await waitUntilOpen(webSocket, signal);
    return createMessageSocket(webSocket, name, clock);
  } catch (cause) {
    throw new TransportError('unavailable', `Cannot reach ${name}: ${messageOf(cause)}`, { cause });
  }
}

async function connectSocket({ host, port }: HostPort, tls: Trust | undefined, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted();
  const pins = tls?.pins ?? [];
  const socket = tls
    ? tlsConnect({
        host,
        port,
        ca: tls.ca,
        rejectUnauthorized: pins.length === 0,
        ...(isIP(host) === 0 && { servername: host }),
      })
    : tcpConnect({ host, port });
  socket.setNoDelay(true);
  const abort = () => socket.destroy(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await once(socket, tls ? 'secureConnect' : 'connect');
    if (pins.length > 0) requirePinnedCertificate(socket as TLSSocket, pins);
    return socket;
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function requirePinnedCertificate(socket: TLSSocket, pins: readonly string[]): void {
  const fingerprint = toHex(sha256(socket.getPeerCertificate().raw));
  if (!pins.includes(fingerprint))
    throw new Error(`the certificate has the SHA-256 fingerprint ${fingerprint}, which is not pinned`);
}

/** Reasons of the HTTP statuses that `listen.ts` answers. */
const refusalReasons: Record<number, string> = {
  400: `the server does not support ${subprotocol}; both machines need the same version of Touchstone`,
  401: 'the server refuses the token',
  503: 'the server has too many connections',
};

function waitUntilOpen(socket: WebSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      socket.terminate();
      reject(signal.reason);
    };
    const settle = (finish: () => void) => {
      signal.removeEventListener('abort', abort);
      finish();
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', (error) => settle(() => reject(error)));
    socket.on('unexpected-response', (_request, { statusCode = 0 }) => {
      const reason = refusalReasons[statusCode] ?? `expected a WebSocket handshake, got HTTP status ${statusCode}`;
      settle(() => reject(new Error(reason)));
      socket.terminate();
    });
    socket.on('open', () => settle(resolve));
  });
}
