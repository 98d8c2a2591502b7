/** Attaches a key that is served over USB/IP to this machine, with the `usbip` program of the Linux kernel tools. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf } from '#base/errors.ts';
import type { ServedKey } from '#emulator';
import { TransportError } from '#protocol/errors.ts';

const run = promisify(execFile);

/**
 * Attaches `key` to the operating system if it is served over USB/IP. Keys of other transports, such as uhid, need no attaching.
 * @throws {TransportError} `unavailable` if the system does not accept the key.
 */
export async function attachUsbip({ name }: ServedKey): Promise<void> {
  const [, host, port, busId] = /^usbip:(.+):(\d+)\/(.+)$/.exec(name) ?? [];
  if (!host || !port || !busId) return;
  try {
    await run('usbip', ['--tcp-port', port, 'attach', '-r', host, '-b', busId]);
  } catch (cause) {
    throw new TransportError('unavailable', `Cannot attach ${name}: ${messageOf(cause).trim()}`, { cause });
  }
}
