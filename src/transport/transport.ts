/** The port to a kind of device connection: lists devices without communicating with them, and opens one. */
import type { CtapHidOptions } from './ctaphid-channel.ts';
import type { CtapDevice } from './device.ts';
import type { ReportPipe } from './report-pipe.ts';

/** Why a device cannot be used on this machine, and what the user can do about it. */
export interface AccessProblem {
  why: string;
  remedy: string;
}

/** What the operating system reports about a device. Nothing was sent to the device. */
export interface FoundDevice {
  /** Address for `openDevice`, with the scheme, e.g. `hidraw:/dev/hidraw3`. */
  address: string;
  product: string;
  manufacturer?: string | undefined;
  serial?: string | undefined;
  vendorId?: number | undefined;
  productId?: number | undefined;
  /** USB port, e.g. `1-2.4`: the same in every transport that lists the device. Absent for a device on another bus. */
  port?: string | undefined;
  obstacle?: AccessProblem | undefined;
}

export type OpenOptions = CtapHidOptions;

export interface Transport {
  /** The part of an address before the colon. */
  readonly scheme: string;
  /** Returns the visible devices; an empty array if there are none or the transport does not exist on this machine. Never throws. */
  list(): Promise<FoundDevice[]>;
  /**
   * Opens the device at `where`, the part of an address after the colon.
   * @throws {UsageError} for a malformed address; {TransportError} `unavailable` if no device is there or it cannot be opened.
   */
  open(where: string, options?: OpenOptions): Promise<CtapDevice>;
  /**
   * Opens the reports of the device at `where` beside its use through `open`, for tests of CTAPHID. Absent if a device has one user
   * at a time. Throws the errors of `open`.
   */
  openReports?(where: string): Promise<ReportPipe>;
}
