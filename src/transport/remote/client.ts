/** Keys on another machine: `remote:host:port/key-id` is a device like any other, but for its times, which include the network. */
import { hostname, userInfo } from 'node:os';
import { type Clock, systemClock } from '#base/clock.ts';
import { UsageError } from '#base/errors.ts';
import { maxPayloadLength } from '#protocol/ctaphid.ts';
import { TransportError } from '#protocol/errors.ts';
import type { CtapDevice } from '../device.ts';
import { type Destination, formatHostPort, isLoopback, parseRemoteAddress } from './address.ts';
import { connectLine, type Trust } from './connect.ts';
import { type RemoteKey, toBase64, toPrintable } from './messages.ts';
import { RemoteClientSession } from './remote-client-session.ts';

export interface RemoteOptions {
  /** What the machine with the keys was given, or has printed. */
  token: string;
  /** Given, TLS is spoken on the loopback address too; elsewhere it always is. */
  trust?: Trust | undefined;
  clock?: Clock | undefined;
}

/** Connecting and opening the key. */
const openMs = 15_000;

/**
 * Leases a key; disposing the device gives it back.
 * @throws {UsageError} for an address that cannot be read; {TransportError} `unavailable` when the machine cannot be
 * reached or does not let us in, when it has no such key, or when another one has the lease.
 */
export async function openRemote(where: string, options: RemoteOptions): Promise<CtapDevice> {
  const { key, ...to } = parseRemoteAddress(where);
  if (key === undefined) throw new UsageError(`cannot open remote:${where}: remote:HOST:PORT/KEY is wanted`);
  return await conversing(to, options, async (conversation, name) => {
    const { transport, capabilities } = await conversation.ask({ type: 'lease', key, holder: holder() }, 'leased');
    return {
      name: `${name}/${key}`,
      remote: true,
      transport,
      capabilities,
      async transact(message, transactOptions) {
        if (message.length > maxPayloadLength)
          throw new TransportError(
            'framing',
            `cannot send ${message.length} bytes: ${maxPayloadLength} fit in a message`,
          );
        const request = { type: 'transact', message: toBase64(message) } as const;
        return (await conversation.ask(request, 'answer', transactOptions)).message;
      },
      [Symbol.asyncDispose]: () => conversation.release(),
    };
  });
}

/**
 * What a machine lends, and to whom. `where` is HOST:PORT.
 * @throws {UsageError} for an address that cannot be read, {TransportError} when it cannot be reached or does not let us in.
 */
export async function listRemote(where: string, options: RemoteOptions): Promise<RemoteKey[]> {
  return await conversing(parseRemoteAddress(where), options, async (conversation) => {
    const { keys } = await conversation.ask({ type: 'list' }, 'keys');
    await conversation.release();
    return keys;
  });
}

/** Connects, and begins with `work`; what goes wrong or takes too long ends the conversation. */
async function conversing<T>(
  to: Destination,
  { token, trust, clock = systemClock }: RemoteOptions,
  work: (conversation: RemoteClientSession, name: string) => Promise<T>,
): Promise<T> {
  const name = `remote:${formatHostPort(to)}`;
  const patience = new AbortController();
  const done = new AbortController();
  const tooLate = () => patience.abort(new TransportError('timeout', `${name} does not answer`));
  void clock.sleep(openMs, done.signal).then(tooLate, () => undefined);
  const tls = trust ?? (isLoopback(to.host) ? undefined : {});
  try {
    const line = await connectLine(to, { token, tls, clock, signal: patience.signal });
    const conversation = new RemoteClientSession(name, line, clock);
    patience.signal.addEventListener('abort', () => void conversation.release(), { once: true });
    try {
      return await work(conversation, name);
    } catch (error) {
      await conversation.release();
      throw error;
    }
  } finally {
    done.abort();
  }
}

/** Who is named to others that want the same key. */
const holder = (): string => toPrintable(`${userName()}@${hostname()} (process ${process.pid})`);

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody'; // a container may run under a user id without a name
  }
}
