/** Operations on a device node. The system's own are for hidraw; a test puts a key behind them that does not exist. */
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';

export interface DeviceNodes {
  /** Opens for reading and writing, never blocking. */
  open(path: string): number;
  /** Bytes read. Throws EAGAIN when there is nothing to read now. */
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

/** The code of an error of the operating system, e.g. `ENODEV`. */
export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
