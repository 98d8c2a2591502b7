/**
 * Client of a key server: opens a security key on another machine (`remote:HOST:PORT/KEY`) as a `CtapDevice`. Times measured
 * on this device include the network.
 */
import { hostname, userInfo } from 'node:os';
import { type Clock, systemClock } from '#base/clock.ts';
import { UsageError } from '#base/errors.ts';
import { maxPayloadLength } from '#protocol/ctaphid.ts';
import { TransportError } from '#protocol/errors.ts';
import type { CtapDevice, TransactOptions } from '../device.ts';
import { formatHostPort, type HostPort, isLoopback, parseRemoteAddress } from './address.ts';
import { connectToKeyServer, type Trust } from './connect.ts';
import { type RemoteKey, toBase64, toPrintable } from './messages.ts';
import { RemoteClientSession } from './remote-client-session.ts';

export interface RemoteOptions {
  /** The token that the key server requires. */
  token: string;
  /** Which certificates are accepted. If given, TLS is used for loopback addresses too; for other addresses it always is. */
  trust?: Trust | undefined;
  clock?: Clock | undefined;
}

/** Time limit for connecting and for opening the key. */
const openTimeoutMs = 15_000;

/**
 * Leases and opens a key. Disposing the device ends the lease.
 * @throws {UsageError} for a malformed address; {TransportError} `unavailable` if the key server cannot be reached, refuses
 * the client or has no such key, or if another client has leased the key.
 */
export async function openRemote(where: string, options: RemoteOptions): Promise<CtapDevice> {
  const { key, ...server } = parseRemoteAddress(where);
  if (key === undefined) throw new UsageError(`Cannot open remote:${where}: expected remote:HOST:PORT/KEY`);
  return await withSession(server, options, async (session, name) => {
    const lease = { type: 'lease', key, holder: describeHolder() } as const;
    const { transport, capabilities } = await session.request(lease, 'leased');
    return {
      name: `${name}/${key}`,
      remote: true,
      transport,
      capabilities,
      transact: (message, transactOptions) => transact(session, 'transact', message, transactOptions),
      ...(!capabilities.nmsg && {
        transactU2f: (apdu: Uint8Array, transactOptions?: TransactOptions) =>
          transact(session, 'transact-u2f', apdu, transactOptions),
      }),
      [Symbol.asyncDispose]: () => session.release(),
    };
  });
}

async function transact(
  session: RemoteClientSession,
  type: 'transact' | 'transact-u2f',
  message: Uint8Array,
  options: TransactOptions | undefined,
): Promise<Uint8Array> {
  if (message.length > maxPayloadLength)
    throw new TransportError(
      'framing',
      `Cannot send ${message.length} bytes: a message has at most ${maxPayloadLength}`,
    );
  return (await session.request({ type, message: toBase64(message) }, 'answer', options)).message;
}

/**
 * Returns the keys of the key server at `where` (HOST:PORT), each with its current lease.
 * @throws {UsageError} for a malformed address; {TransportError} if the key server cannot be reached or refuses the client.
 */
export async function listRemote(where: string, options: RemoteOptions): Promise<RemoteKey[]> {
  return await withSession(parseRemoteAddress(where), options, async (session) => {
    const { keys } = await session.request({ type: 'list' }, 'keys');
    await session.release();
    return keys;
  });
}

/** Connects and runs `work` within the time limit. The session is released if `work` fails or times out. */
async function withSession<T>(
  server: HostPort,
  { token, trust, clock = systemClock }: RemoteOptions,
  work: (session: RemoteClientSession, name: string) => Promise<T>,
): Promise<T> {
  const name = `remote:${formatHostPort(server)}`;
  const timeout = new AbortController();
  const settled = new AbortController();
  const expire = () => timeout.abort(new TransportError('timeout', `${name} does not answer`));
  void clock.sleep(openTimeoutMs, settled.signal).then(expire, () => undefined);
  const tls = trust ?? (isLoopback(server.host) ? undefined : {});
  try {
    const socket = await connectToKeyServer(server, { token, tls, clock, signal: timeout.signal });
    const session = new RemoteClientSession(name, socket, clock);
    timeout.signal.addEventListener('abort', () => void session.release(), { once: true });
    try {
      return await work(session, name);
    } catch (error) {
      await session.release();
      throw error;
    }
  } finally {
    settled.abort();
  }
}

/** Returns the name that the key server shows to other clients while this process has the lease. */
const describeHolder = (): string => toPrintable(`${readUserName()}@${hostname()} (process ${process.pid})`);

function readUserName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown user'; // in a container, the user id may have no name
  }
}
