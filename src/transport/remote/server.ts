/** Lends keys to other machines: who may come in is `listen.ts`, what a client may do is `session.ts`. */
import { type Clock, systemClock } from '#base/clock.ts';
import { defaultRemotePort } from './address.ts';
import { Leases } from './leases.ts';
import { listen } from './listen.ts';
import { type KeySource, RemoteServerSession } from './remote-server-session.ts';

const defaultIdleMs = 10 * 60_000;

export interface KeyServerOptions {
  keys: KeySource;
  /** Whoever has it may use the keys. At least 16 characters. */
  token: string;
  /** The loopback address without. */
  host?: string | undefined;
  /** 0 takes a free one. */
  port?: number | undefined;
  /** Certificate chain and private key, PEM. Demanded where other machines can connect. */
  tls?: { cert: string; key: string } | undefined;
  clock?: Clock | undefined;
  /** A lease of which no use is made for so long ends. */
  idleMs?: number | undefined;
  onEvent?: ((event: KeyServerEvent) => void) | undefined;
}

/** What happens at the counter, for whoever watches. */
export type KeyServerEvent =
  | { type: 'leased'; key: string; holder: string; peer: string }
  | { type: 'released'; key: string; holder: string; peer: string; why: string }
  | { type: 'refused'; peer: string; why: string };

export interface KeyServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** SHA-256 of the certificate, lower-case hex, for clients to pin; absent without TLS. */
  readonly fingerprint: string | undefined;
}

/**
 * Lends until it is disposed, which ends every lease.
 * @throws {UsageError} for an address that others can reach without TLS, a short token or a broken certificate;
 * {TransportError} `unavailable` when the port cannot be had.
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
    onLine(line) {
      const { peer } = line;
      const session = new RemoteServerSession(line, {
        keys,
        leases,
        clock,
        idleMs,
        onLeased: ({ key, holder }) => onEvent({ type: 'leased', key, holder, peer }),
        onReleased: ({ key, holder }, why) => onEvent({ type: 'released', key, holder, peer, why }),
      });
      sessions.add(session);
      void line.ended.then((why) => session.end(why)).then(() => sessions.delete(session));
    },
  });
  return {
    host,
    port: listener.port,
    fingerprint: listener.fingerprint,
    async [Symbol.asyncDispose]() {
      await Promise.all([...sessions].map((session) => session.end('no more keys are lent here')));
      await listener[Symbol.asyncDispose]();
    },
  };
}
