/** Device side of a cable that carries HID reports inside the process: CTAPHID on both ends, no socket between. */
import { HidKey, type HidKeyOptions, type KeyInside } from './hid-key.ts';

/** The host's end (structurally a `ReportPipe`), and the hand on the plug. */
export interface ReportCable {
  readonly name: string;
  readonly plugged: boolean;
  send(report: Uint8Array): void;
  onReport(listener: (report: Uint8Array) => void): void;
  onClose(listener: (reason: Error) => void): void;
  close(): Promise<void>;
  unplug(): void;
  replug(): void;
  /** Unplugs and plugs in again. */
  powerCycle(): void;
}

/** Plugs a key in as a HID device. Reports cross as they are: neither end may change one it has sent. */
export function plugInHid(inside: KeyInside, options: HidKeyOptions & { address?: string } = {}): ReportCable {
  let onReport: (report: Uint8Array) => void = () => undefined;
  let onClose: (reason: Error) => void = () => undefined;
  let isOpen = true;
  const host = {
    send: (report: Uint8Array) => {
      if (isOpen) onReport(report);
    },
    gone: () => {
      if (isOpen) onClose(new Error('the key was unplugged'));
    },
  };
  const key = new HidKey(inside, host, options);
  return {
    name: `hid-in-process:${options.address ?? 'key'}`,
    get plugged() {
      return key.plugged;
    },
    send: (report) => key.receive(report),
    onReport(listener) {
      onReport = listener;
    },
    onClose(listener) {
      onClose = listener;
    },
    async close() {
      isOpen = false;
    },
    unplug: () => key.unplug(),
    replug: () => key.replug(),
    powerCycle: () => key.powerCycle(),
  };
}
