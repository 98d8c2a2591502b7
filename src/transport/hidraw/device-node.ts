/** File operations on device nodes as a port: the system's for hidraw, and fakes in tests. */
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';

export interface DeviceNodes {
  /** Opens a node for non-blocking reading and writing. Returns its file descriptor. */
  open(path: string): number;
  /** Returns the number of bytes read. @throws an error with code EAGAIN if there is nothing to read. */
  read(handle: number, into: Uint8Array): number;
  write(handle: number, bytes: Uint8Array): number;
  close(handle: number): void;
}

export const systemNodes: DeviceNodes = {
  open: (path) => openSync(path, constants.O_RDWR | constants.O_NONBLOCK),
  read: (handle, into) => readSync(handle, into),
  write: (handle, bytes) => writeSync(handle, bytes),
  close: closeSync,
};

/** Returns the code of an operating system error, e.g. `ENODEV`. */
export const errorCodeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
