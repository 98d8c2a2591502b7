/** The port to a kind of devices: what can be seen of them without talking to them, and how one is opened. */
import type { CtapHidOptions } from './ctaphid-channel.ts';
import type { CtapDevice } from './device.ts';

/** Why a device cannot be used here, and what the person can do about it. */
export interface Obstacle {
  why: string;
  remedy: string;
}

/** What the operating system says of a device; not one byte was sent to it. */
export interface FoundDevice {
  /** What `open` takes, with the scheme, e.g. `hidraw:/dev/hidraw3`. */
  address: string;
  product: string;
  manufacturer?: string | undefined;
  serial?: string | undefined;
  vendorId?: number | undefined;
  productId?: number | undefined;
  /** Where it is plugged in, e.g. `1-2.4`: the same for every way to one device. Absent where it hangs on no bus. */
  port?: string | undefined;
  obstacle?: Obstacle | undefined;
}

export type OpenOptions = CtapHidOptions;

export interface Transport {
  /** What an address begins with, before the colon. */
  readonly scheme: string;
  /** Devices that can be seen. Empty where none can be, or where this transport does not exist; never throws for that. */
  list(): Promise<FoundDevice[]>;
  /**
   * Opens what stands behind the colon.
   * @throws {UsageError} for an address that cannot be read, {TransportError} `unavailable` when nothing is there or it may not be opened.
   */
  open(where: string, options?: OpenOptions): Promise<CtapDevice>;
}
