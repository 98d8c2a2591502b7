/** The port below CTAPHID: something that carries 64-byte reports to a device and back. */
export interface ReportPipe {
  /** Scheme and address, e.g. `tcp:127.0.0.1:35962`. */
  readonly name: string;
  /** Sends one report. After the end it does nothing. */
  send(report: Uint8Array): void;
  /** Called with each report of the device, whatever its length. One listener. */
  onReport(listener: (report: Uint8Array) => void): void;
  /** Called once when the device is gone, not when the pipe is closed from here. One listener. */
  onClose(listener: (reason: Error) => void): void;
  /**
   * Reports are awaited from now on, until the returned function is called. A pipe that has to go and look for them looks
   * only then; what came before is stale.
   */
  attend?(): () => void;
  close(): Promise<void>;
}
