/**
 * Reports through a hidraw node, without native code. A blocking read would hold one of the few threads of the process, so
 * the node is opened non-blocking and looked at in turns, and only while a message is under way.
 */
import { reportLength } from '#protocol/ctaphid.ts';
import { Ending } from '../pipe-closure.ts';
import type { ReportPipe } from '../report-pipe.ts';
import { codeOf, type DeviceNodes } from './device-node.ts';

/** Most answers come at once: so many looks follow each other before there is a pause of `everyMs` between them. */
const eagerLooks = 200;
const everyMs = 1;

export class HidrawPipe implements ReportPipe {
  readonly name: string;
  readonly #nodes: DeviceNodes;
  readonly #handle: number;
  readonly #ending = new Ending();
  /** Report number 0 for a device without numbers, then the report. */
  readonly #out = new Uint8Array(1 + reportLength);
  readonly #in = new Uint8Array(1 + reportLength);
  #onReport: (report: Uint8Array) => void = () => undefined;
  #attending = 0;
  #looks = 0;
  #isScheduled = false;

  /** @throws the operating system's error when the node cannot be opened. */
  constructor(name: string, path: string, nodes: DeviceNodes) {
    this.name = name;
    this.#nodes = nodes;
    this.#handle = nodes.open(path);
  }

  send(report: Uint8Array): void {
    if (this.#ending.is) return;
    this.#out.set(report, 1);
    try {
      this.#nodes.write(this.#handle, this.#out);
      this.#looks = 0;
    } catch (error) {
      this.#ending.happened(error as Error);
    }
  }

  onReport(listener: (report: Uint8Array) => void): void {
    this.#onReport = listener;
  }

  onClose(listener: (reason: Error) => void): void {
    this.#ending.listen(listener);
  }

  attend(): () => void {
    if (this.#attending === 0) while (this.#read()); // left from other programs: the node gives everybody everything
    this.#attending += 1;
    this.#schedule();
    return () => {
      this.#attending -= 1;
    };
  }

  async close(): Promise<void> {
    if (this.#ending.closedHere()) this.#nodes.close(this.#handle);
  }

  #schedule(): void {
    if (this.#isScheduled || this.#ending.is || this.#attending === 0) return;
    this.#isScheduled = true;
    this.#looks += 1;
    if (this.#looks <= eagerLooks) setImmediate(this.#look);
    else setTimeout(this.#look, everyMs);
  }

  readonly #look = (): void => {
    this.#isScheduled = false;
    for (let report = this.#read(); report; report = this.#read()) {
      this.#looks = 0;
      this.#onReport(report);
    }
    this.#schedule();
  };

  /** The next report, or undefined when there is none now or no more. */
  #read(): Uint8Array | undefined {
    if (this.#ending.is) return undefined;
    try {
      const length = this.#nodes.read(this.#handle, this.#in);
      if (length > 0) return this.#in.slice(0, length);
      this.#ending.happened(new Error('the node has come to its end'));
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') this.#ending.happened(error as Error);
    }
    return undefined;
  }
}
