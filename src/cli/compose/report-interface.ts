/** The CTAPHID reports of a device at an address, for the requirements on CTAPHID. */
import { systemClock } from '#base/clock.ts';
import type { HidInterface, TargetInterface } from '#conformance/authenticator/test-target.ts';
import { TransportError } from '#protocol/errors.ts';
import type { CtapDevice } from '#transport/device.ts';
import { findReportOpener } from '#transport/registry.ts';

/** Returns a function that opens the reports of the device at an address; undefined if the transport gives no access to them. */
export function findReportInterface(address: string): (() => Promise<HidInterface>) | undefined {
  return findReportOpener(address) && (() => openReportInterface(address));
}

/** The interfaces of a connected device. */
export const interfacesOf = (device: CtapDevice | undefined, openHid: unknown): TargetInterface[] => [
  ...(openHid === undefined ? [] : ['ctaphid' as const]),
  ...(device?.transactU2f ? ['u2f' as const] : []),
];

/** Opens the reports, and keeps those of the device until the suite asks for them. */
export async function openReportInterface(address: string): Promise<HidInterface> {
  const openReports = findReportOpener(address);
  if (!openReports) throw new TransportError('unavailable', `${address} gives no access to CTAPHID reports`);
  const pipe = await openReports();
  const received: Uint8Array[] = [];
  let notify: () => void = () => undefined;
  pipe.onReport((report) => {
    received.push(report.slice());
    notify();
  });
  const stopReading = pipe.startReading?.();
  return {
    send: (report) => pipe.send(report),
    async receive(timeoutMs) {
      if (received.length === 0) await waitFor(timeoutMs, (listener) => (notify = listener));
      return received.shift();
    },
    now: () => systemClock.monotonic(),
    async [Symbol.asyncDispose]() {
      stopReading?.();
      await pipe.close();
    },
  };
}

/** Resolves when the listener is called, at the latest after this time. */
async function waitFor(timeoutMs: number, listen: (listener: () => void) => void): Promise<void> {
  const ended = new AbortController();
  listen(() => ended.abort());
  await systemClock.sleep(timeoutMs, ended.signal).catch(() => undefined);
}
