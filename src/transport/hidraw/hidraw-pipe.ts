/**
 * HID reports through a Linux hidraw node, without native code. A blocking read would occupy one of the few threads of
 * Node's thread pool, so the node is opened non-blocking and polled while a message is in progress.
 */
import { reportLength } from '#protocol/ctaphid.ts';
import { PipeClosure } from '../pipe-closure.ts';
import type { ReportPipe } from '../report-pipe.ts';
import { type DeviceNodes, errorCodeOf } from './device-node.ts';

/** Most answers arrive at once: the first polls follow each other directly, later ones at this interval. */
const directPolls = 200;
const pollIntervalMs = 1;

export class HidrawPipe implements ReportPipe {
  readonly name: string;
  readonly #nodes: DeviceNodes;
  readonly #handle: number;
  readonly #closure = new PipeClosure();
  /** Report number 0, for a device without report numbers, followed by the report. */
  readonly #outBuffer = new Uint8Array(1 + reportLength);
  readonly #inBuffer = new Uint8Array(1 + reportLength);
  #onReport: (report: Uint8Array) => void = () => undefined;
  #readers = 0;
  #polls = 0;
  #isScheduled = false;

  /** @throws the operating system's error if the node cannot be opened. */
  constructor(name: string, path: string, nodes: DeviceNodes) {
    this.name = name;
    this.#nodes = nodes;
    this.#handle = nodes.open(path);
  }

  send(report: Uint8Array): void {
    if (this.#closure.isClosed) return;
    this.#outBuffer.set(report, 1);
    try {
      this.#nodes.write(this.#handle, this.#outBuffer);
      this.#polls = 0;
    } catch (error) {
      this.#closure.close(error as Error);
    }
  }

  onReport(listener: (report: Uint8Array) => void): void {
    this.#onReport = listener;
  }

  onClose(listener: (reason: Error) => void): void {
    this.#closure.onClose(listener);
  }

  startReading(): () => void {
    if (this.#readers === 0) this.#discardPendingReports();
    this.#readers += 1;
    this.#schedulePoll();
    return () => {
      this.#readers -= 1;
    };
  }

  async close(): Promise<void> {
    if (this.#closure.closeLocally()) this.#nodes.close(this.#handle);
  }

  /** Discards answers to other programs: the kernel sends every report to every program that has the node open. */
  #discardPendingReports(): void {
    while (this.#read());
  }

  #schedulePoll(): void {
    if (this.#isScheduled || this.#closure.isClosed || this.#readers === 0) return;
    this.#isScheduled = true;
    this.#polls += 1;
    if (this.#polls <= directPolls) setImmediate(this.#poll);
    else setTimeout(this.#poll, pollIntervalMs);
  }

  readonly #poll = (): void => {
    this.#isScheduled = false;
    for (let report = this.#read(); report; report = this.#read()) {
      this.#polls = 0;
      this.#onReport(report);
    }
    this.#schedulePoll();
  };

  /** Returns the next report, or undefined if none is pending or the node is closed. */
  #read(): Uint8Array | undefined {
    if (this.#closure.isClosed) return undefined;
    try {
      const length = this.#nodes.read(this.#handle, this.#inBuffer);
      if (length > 0) return this.#inBuffer.slice(0, length);
      this.#closure.close(new Error('The device node reached its end'));
    } catch (error) {
      if (errorCodeOf(error) !== 'EAGAIN') this.#closure.close(error as Error);
    }
    return undefined;
  }
}
