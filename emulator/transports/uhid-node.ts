/** The door to the kernel's `/dev/uhid`, in plain `node:fs`, and what to do where it does not open. */
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TransportError } from '#protocol/errors.ts';
import { uhidEventLength } from './uhid-events.ts';

/** One open `/dev/uhid`: events to and from the kernel. */
export interface UhidNode {
  /** The next event, or nothing when none waits. Never blocks. */
  read(): Uint8Array | undefined;
  /** @throws {NodeJS.ErrnoException} what the kernel says to an event that it does not take. */
  write(event: Uint8Array): void;
  close(): void;
}

/** The rule that lets people who are logged in at the machine use the device node. */
const udevRules = fileURLToPath(new URL('70-touchstone-uhid.rules', import.meta.url));

/** @throws {TransportError} `unavailable` where there is no such node, or this user may not use it. */
export function openUhidNode(path = '/dev/uhid'): UhidNode {
  const fd = open(path);
  const buffer = new Uint8Array(uhidEventLength);
  return {
    read() {
      const length = readNow(fd, buffer);
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
    throw cannotOpenUhid(path, cause as NodeJS.ErrnoException);
  }
}

/** What cannot be done, and what helps. */
export const cannotOpenUhid = (path: string, cause: NodeJS.ErrnoException): TransportError =>
  new TransportError('unavailable', `cannot open ${path}: ${remedies[cause.code ?? ''] ?? cause.message}`, { cause });

const noModule =
  process.platform === 'linux'
    ? 'the kernel has no uhid yet; load it with `sudo modprobe uhid`'
    : `only Linux has it, this is ${process.platform}; \`--transport usbip\` works here`;
const noRight = `this user may not; \`sudo cp ${udevRules} /etc/udev/rules.d/ && sudo udevadm control --reload && sudo udevadm trigger /dev/uhid\` allows it, or run as root`;
const remedies: Record<string, string> = {
  ENOENT: noModule,
  ENODEV: noModule,
  ENXIO: noModule,
  EACCES: noRight,
  EPERM: noRight,
};

function readNow(fd: number, buffer: Uint8Array): number {
  try {
    return readSync(fd, buffer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw error;
  }
}
