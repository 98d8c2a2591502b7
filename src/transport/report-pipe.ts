/** The port below CTAPHID: a pipe that transfers 64-byte HID reports to a device and back. */
export interface ReportPipe {
  /** Scheme and address, e.g. `tcp:127.0.0.1:35962`. */
  readonly name: string;
  /** Sends one report. Does nothing after the pipe is closed. */
  send(report: Uint8Array): void;
  /** Sets the listener that is called with each report of the device, of any length. */
  onReport(listener: (report: Uint8Array) => void): void;
  /** Sets the listener that is called once when the device is gone, but not when `close` is called. */
  onClose(listener: (reason: Error) => void): void;
  /**
   * Announces that reports are expected, until the returned function is called. A pipe that must poll for reports polls
   * only during this time, and discards reports that arrived before.
   */
  startReading?(): () => void;
  close(): Promise<void>;
}
