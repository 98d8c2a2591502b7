/** The way to a machine that lends keys. Over TLS its certificate is checked before the token is sent. */
import { once } from 'node:events';
import { isIP, type Socket, connect as tcpConnect } from 'node:net';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { WebSocket } from 'ws';
import { toHex } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import { sha256 } from '#protocol/crypto.ts';
import { TransportError } from '#protocol/errors.ts';
import { type Destination, formatHostPort } from './address.ts';
import { lineOver, type MessageSocket } from './message-socket.ts';
import { mostServerBytes, subprotocol } from './messages.ts';

/** Whom to trust. Without both, the certification authorities that Node trusts. */
export interface Trust {
  /** Certificates of authorities, PEM. */
  ca?: string | undefined;
  /** SHA-256 fingerprints, lower-case hex: the server's certificate must be one of these, whoever issued it. */
  pins?: readonly string[] | undefined;
}

export interface ConnectOptions {
  token: string;
  /** Absent: no TLS. */
  tls?: Trust | undefined;
  clock: Clock;
  /** Aborting gives up. */
  signal: AbortSignal;
}

/** @throws {TransportError} `unavailable` when nobody answers there, the wrong one does, or it does not let us in. */
export async function connectLine(
  to: Destination,
  { token, tls, clock, signal }: ConnectOptions,
): Promise<MessageSocket> {
  const name = formatHostPort(to);
  try {
    const socket = await connected(to, tls, signal);
    const webSocket = new WebSocket(`ws://${name}/`, subprotocol, {
      createConnection: () => socket,
      headers: { authorization: `Bearer ${token}` },
      maxPayload: mostServerBytes,
      perMessageDeflate: false,
    });
    await opened(webSocket, signal);
    return lineOver(webSocket, name, clock);
  } catch (cause) {
    throw new TransportError('unavailable', `cannot reach ${name}: ${(cause as Error).message}`, { cause });
  }
}

async function connected({ host, port }: Destination, tls: Trust | undefined, signal: AbortSignal): Promise<Socket> {
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
  const giveUp = () => socket.destroy(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await once(socket, tls ? 'secureConnect' : 'connect');
    if (pins.length > 0) mustBePinned(socket as TLSSocket, pins);
    return socket;
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

function mustBePinned(socket: TLSSocket, pins: readonly string[]): void {
  const found = toHex(sha256(socket.getPeerCertificate().raw));
  if (!pins.includes(found))
    throw new Error(`its certificate has the SHA-256 fingerprint ${found}, which is not pinned`);
}

const refusals: Record<number, string> = {
  400: `it does not speak ${subprotocol}: both machines need the same version of Touchstone`,
  401: 'it refuses the token',
  503: 'as many others are connected as it serves',
};

function opened(socket: WebSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      socket.terminate();
      reject(signal.reason);
    };
    const settled = () => signal.removeEventListener('abort', giveUp);
    signal.addEventListener('abort', giveUp, { once: true });
    socket.on('error', (error) => {
      settled();
      reject(error);
    });
    socket.on('unexpected-response', (_request, { statusCode = 0 }) => {
      settled();
      reject(new Error(refusals[statusCode] ?? `it answers HTTP ${statusCode} where a WebSocket was wanted`));
      socket.terminate();
    });
    socket.on('open', () => {
      settled();
      resolve();
    });
  });
}
