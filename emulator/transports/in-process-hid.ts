/** A HID key in the same process: both sides use CTAPHID reports, without a socket between them. */
import { type AuthenticatorBackend, HidKey, type HidKeyOptions } from './hid-key.ts';

/** The report pipe that a host uses (structurally a `ReportPipe`), and control over the key's plug. */
export interface InProcessHidDevice {
  readonly name: string;
  readonly plugged: boolean;
  send(report: Uint8Array): void;
  onReport(listener: (report: Uint8Array) => void): void;
  onClose(listener: (reason: Error) => void): void;
  close(): Promise<void>;
  unplug(): void;
  replug(): void;
  /** Unplugs the key and plugs it in again. */
  powerCycle(): void;
}

/** Plugs a key in as a HID device. Reports are passed without a copy: neither side may change a report that it has sent. */
export function plugInHid(
  authenticator: AuthenticatorBackend,
  options: HidKeyOptions & { address?: string } = {},
): InProcessHidDevice {
  let onReport: (report: Uint8Array) => void = () => undefined;
  let onClose: (reason: Error) => void = () => undefined;
  let isOpen = true;
  const host = {
    send: (report: Uint8Array) => {
      if (isOpen) onReport(report);
    },
    onDisconnect: () => {
      if (isOpen) onClose(new Error('The key was unplugged'));
    },
  };
  const key = new HidKey(authenticator, host, options);
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
