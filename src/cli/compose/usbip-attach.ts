/** The last bit of the way from a served key to this machine's own system: a key on USB/IP is there once it was attached. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ServedKey } from '#emulator';
import { TransportError } from '#protocol/errors.ts';

const run = promisify(execFile);

/**
 * Resolves when the system has been given the key; what serves itself, as uhid does, is there at once.
 * @throws {TransportError} `unavailable` when the system refuses it.
 */
export async function giveToSystem({ name }: ServedKey): Promise<void> {
  const [, host, port, busId] = /^usbip:(.+):(\d+)\/(.+)$/.exec(name) ?? [];
  if (!host || !port || !busId) return;
  try {
    await run('usbip', ['--tcp-port', port, 'attach', '-r', host, '-b', busId]);
  } catch (cause) {
    throw new TransportError('unavailable', `cannot attach ${name}: ${(cause as Error).message.trim()}`, { cause });
  }
}
