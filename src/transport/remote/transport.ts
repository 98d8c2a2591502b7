/**
 * The transport `remote`: keys that other machines lend. The environment says whom to ask and how to come in; nothing of it
 * stands in an address, so nothing of it gets into a report.
 */
import { readFileSync } from 'node:fs';
import { UsageError } from '#base/errors.ts';
import type { FoundDevice, Transport } from '../transport.ts';
import type { RemoteOptions } from './client.ts';
import type { RemoteKey } from './messages.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export const remote: Transport = createRemoteTransport(process.env);

/** The client is loaded when it is used: whoever has all keys at hand does not wait for it. */
export function createRemoteTransport(env: Environment): Transport {
  return {
    scheme: 'remote',
    async list() {
      const machines = listed(env.TOUCHSTONE_REMOTE);
      return (await Promise.all(machines.map((machine) => keysOf(machine, env)))).flat();
    },
    async open(where, { clock } = {}) {
      const options = remoteOptions(env);
      const { openRemote } = await import('./client.ts');
      return await openRemote(where, { ...options, clock });
    },
  };
}

/** A machine that cannot be asked is shown, too: whoever named it wants to know. */
async function keysOf(machine: string, env: Environment): Promise<FoundDevice[]> {
  try {
    const { listRemote } = await import('./client.ts');
    const keys = await listRemote(machine, remoteOptions(env));
    return keys.map((key) => found(machine, key));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const remedy = 'run touchstone keys serve there, and see TOUCHSTONE_REMOTE and TOUCHSTONE_REMOTE_TOKEN here';
    return [{ address: `remote:${machine}`, product: 'machine that lends keys', obstacle: { why, remedy } }];
  }
}

const found = (machine: string, { id, label, lease }: RemoteKey): FoundDevice => ({
  address: `remote:${machine}/${id}`,
  product: label,
  ...(lease && {
    obstacle: { why: `leased by ${lease.holder} since ${lease.since}`, remedy: 'wait until it is given back' },
  }),
});

/** @throws {UsageError} when there is no token, or what should be trusted cannot be read. */
function remoteOptions(env: Environment): RemoteOptions {
  const token = env.TOUCHSTONE_REMOTE_TOKEN;
  if (!token)
    throw new UsageError(
      'cannot use keys on another machine: TOUCHSTONE_REMOTE_TOKEN is not set; touchstone keys serve prints it there',
    );
  const pins = listed(env.TOUCHSTONE_REMOTE_PIN).map(fingerprint);
  const file = env.TOUCHSTONE_REMOTE_CA;
  if (pins.length === 0 && !file) return { token };
  return { token, trust: { pins, ca: file ? authorities(file) : undefined } };
}

const listed = (text = ''): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

function fingerprint(text: string): string {
  const hex = text.replaceAll(':', '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hex))
    throw new UsageError(`TOUCHSTONE_REMOTE_PIN: 64 hex digits of SHA-256 are wanted, found ${JSON.stringify(text)}`);
  return hex;
}

function authorities(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`TOUCHSTONE_REMOTE_CA: cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
}
