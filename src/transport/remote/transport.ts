/**
 * Transport `remote`: security keys of other machines that run a key server. Environment variables name the key servers, the
 * token and the accepted certificates. None of these is part of an address, so none of them gets into a report.
 */
import { readFileSync } from 'node:fs';
import { messageOf, UsageError } from '#base/errors.ts';
import type { FoundDevice, Transport } from '../transport.ts';
import type { RemoteOptions } from './client.ts';
import type { RemoteKey } from './messages.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export const remote: Transport = createRemoteTransport(process.env);

/** Returns the transport. The client module is imported on first use, because most runs do not need it. */
export function createRemoteTransport(env: Environment): Transport {
  return {
    scheme: 'remote',
    async list() {
      const servers = splitList(env.TOUCHSTONE_REMOTE);
      return (await Promise.all(servers.map((server) => listKeys(server, env)))).flat();
    },
    async open(where, { clock } = {}) {
      const options = readRemoteOptions(env);
      const { openRemote } = await import('./client.ts');
      return await openRemote(where, { ...options, clock });
    },
  };
}

/** Returns the keys of a key server. A server that cannot be reached is returned as one entry with the reason. */
async function listKeys(server: string, env: Environment): Promise<FoundDevice[]> {
  try {
    const { listRemote } = await import('./client.ts');
    const keys = await listRemote(server, readRemoteOptions(env));
    return keys.map((key) => describeKey(server, key));
  } catch (error) {
    const remedy = 'run touchstone keys serve there, and see TOUCHSTONE_REMOTE and TOUCHSTONE_REMOTE_TOKEN here';
    return [{ address: `remote:${server}`, product: 'key server', obstacle: { why: messageOf(error), remedy } }];
  }
}

const describeKey = (server: string, { id, label, lease }: RemoteKey): FoundDevice => ({
  address: `remote:${server}/${id}`,
  product: label,
  ...(lease && {
    obstacle: { why: `leased by ${lease.holder} since ${lease.since}`, remedy: 'wait until the lease ends' },
  }),
});

/** @throws {UsageError} if there is no token, or the accepted certificates cannot be read. */
function readRemoteOptions(env: Environment): RemoteOptions {
  const token = env.TOUCHSTONE_REMOTE_TOKEN;
  if (!token)
    throw new UsageError(
      'Cannot use keys on another machine: TOUCHSTONE_REMOTE_TOKEN is not set; touchstone keys serve prints it there',
    );
  const pins = splitList(env.TOUCHSTONE_REMOTE_PIN).map(parseFingerprint);
  const file = env.TOUCHSTONE_REMOTE_CA;
  if (pins.length === 0 && !file) return { token };
  return { token, trust: { pins, ca: file ? readAuthorities(file) : undefined } };
}

const splitList = (text = ''): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

function parseFingerprint(text: string): string {
  const hex = text.replaceAll(':', '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hex))
    throw new UsageError(`TOUCHSTONE_REMOTE_PIN: expected 64 hex digits of SHA-256, got ${JSON.stringify(text)}`);
  return hex;
}

function readAuthorities(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`TOUCHSTONE_REMOTE_CA: cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
}
