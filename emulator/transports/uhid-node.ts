/** Opens the kernel's `/dev/uhid` with `node:fs`, and explains how to fix it if that fails. */
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TransportError } from '#protocol/errors.ts';
import { uhidEventLength } from './uhid-events.ts';

/** An open `/dev/uhid`: transfers events from and to the kernel. */
export interface UhidNode {
  /** Returns the next event; undefined if there is none. Never blocks. */
  read(): Uint8Array | undefined;
  /** @throws {NodeJS.ErrnoException} if the kernel rejects the event. */
  write(event: Uint8Array): void;
  close(): void;
}

/** The udev rule that lets users who are logged in at the machine open the device node. */
const udevRules = fileURLToPath(new URL('70-touchstone-uhid.rules', import.meta.url));

/**
 * Opens the device node.
 * @throws {TransportError} `unavailable` if there is no such node, or this user may not open it.
 */
export function openUhidNode(path = '/dev/uhid'): UhidNode {
  const fd = open(path);
  const buffer = new Uint8Array(uhidEventLength);
  return {
    read() {
      const length = readWithoutBlocking(fd, buffer);
      return length > 0 ? buffer.slice(0, length) : undefined;
    },
    write: (event) => void writeSync(fd, event),
    close: () => closeSync(fd),
  };
}

function open(path: string): number {
  try {
    return openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  } catch (cause) {
    throw uhidOpenError(path, cause as NodeJS.ErrnoException);
  }
}

/** Returns the error for a device node that cannot be opened; its message says how to fix that. */
export const uhidOpenError = (path: string, cause: NodeJS.ErrnoException): TransportError =>
  new TransportError('unavailable', `Cannot open ${path}: ${remedies[cause.code ?? ''] ?? cause.message}`, { cause });

const noModule =
  process.platform === 'linux'
    ? 'the kernel module uhid is not loaded; run `sudo modprobe uhid`'
    : `it exists on Linux only, this is ${process.platform}; use \`--transport usbip\``;
const noPermission = `this user has no permission; run \`sudo cp ${udevRules} /etc/udev/rules.d/ && sudo udevadm control --reload && sudo udevadm trigger /dev/uhid\`, or run as root`;
const remedies: Record<string, string> = {
  ENOENT: noModule,
  ENODEV: noModule,
  ENXIO: noModule,
  EACCES: noPermission,
  EPERM: noPermission,
};

function readWithoutBlocking(fd: number, buffer: Uint8Array): number {
  try {
    return readSync(fd, buffer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw error;
  }
}
