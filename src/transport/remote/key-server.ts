/** A key server: other machines can use the security keys of this one. `listen.ts` accepts clients, `remote-server-session.ts` answers them. */
import { type Clock, systemClock } from '#base/clock.ts';
import { defaultRemotePort } from './address.ts';
import { Leases } from './leases.ts';
import { listen } from './listen.ts';
import { type KeySource, RemoteServerSession } from './remote-server-session.ts';

const defaultIdleMs = 10 * 60_000;

export interface KeyServerOptions {
  keys: KeySource;
  /** Clients must send it. At least 16 characters. */
  token: string;
  /** Address to listen on; by default 127.0.0.1. */
  host?: string | undefined;
  /** 0 selects a free port. */
  port?: number | undefined;
  /** Certificate chain and private key, PEM. Required unless `host` is a loopback address. */
  tls?: { cert: string; key: string } | undefined;
  clock?: Clock | undefined;
  /** A lease ends if its client sends no request for this time. */
  idleMs?: number | undefined;
  onEvent?: ((event: KeyServerEvent) => void) | undefined;
}

export type KeyServerEvent =
  | { type: 'leased'; key: string; holder: string; peer: string }
  | { type: 'released'; key: string; holder: string; peer: string; why: string }
  | { type: 'refused'; peer: string; why: string };

export interface KeyServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** SHA-256 fingerprint of the certificate, lower-case hex, for clients to pin; absent without TLS. */
  readonly fingerprint: string | undefined;
}

/**
 * Serves keys until the result is disposed, which ends every lease.
 * @throws {UsageError} for an address that other machines can reach without TLS, a short token or an invalid certificate;
 * {TransportError} `unavailable` if the port is not available.
 */
export async function serveKeys(options: KeyServerOptions): Promise<KeyServer> {
  const { keys, clock = systemClock, idleMs = defaultIdleMs, onEvent = () => undefined } = options;
  const { token, tls, host = '127.0.0.1', port = defaultRemotePort } = options;
  const leases = new Leases(clock);
  const sessions = new Set<RemoteServerSession>();
  const listener = await listen({
    host,
    port,
    token,
    tls,
    clock,
    onRefused: (peer, why) => onEvent({ type: 'refused', peer, why }),
    onConnection(socket) {
      const { peer } = socket;
      const session = new RemoteServerSession(socket, {
        keys,
        leases,
        clock,
        idleMs,
        onLeased: ({ key, holder }) => onEvent({ type: 'leased', key, holder, peer }),
        onReleased: ({ key, holder }, why) => onEvent({ type: 'released', key, holder, peer, why }),
      });
      sessions.add(session);
      void socket.ended.then((why) => session.end(why)).then(() => sessions.delete(session));
    },
  });
  return {
    host,
    port: listener.port,
    fingerprint: listener.fingerprint,
    async [Symbol.asyncDispose]() {
      await Promise.all([...sessions].map((session) => session.end('the key server was stopped')));
      await listener[Symbol.asyncDispose]();
    },
  };
}
