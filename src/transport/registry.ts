/** The registry of transports, by the scheme of their addresses. To add a transport, add its file and an entry here. */
import { UsageError } from '#base/errors.ts';
import type { CtapDevice } from './device.ts';
import { hidraw } from './hidraw/hidraw.ts';
import { nodeHid } from './node-hid.ts';
import { pcsc } from './pcsc.ts';
import { remote } from './remote/transport.ts';
import type { ReportPipe } from './report-pipe.ts';
import { tcp, udp } from './sockets.ts';
import type { FoundDevice, OpenOptions, Transport } from './transport.ts';
import { usb } from './usb/usb.ts';
import { vpcd } from './vpcd.ts';

const transports = { hidraw, hid: nodeHid, usb, pcsc, udp, tcp, vpcd, remote } as const satisfies Record<
  string,
  Transport
>;
type TransportScheme = keyof typeof transports;

/**
 * Opens the device at an address, e.g. `hidraw:/dev/hidraw3`, `udp:127.0.0.1:8111`, `tcp:localhost`.
 * @throws {UsageError} for a malformed address; {TransportError} if no device is there or it cannot be opened.
 */
export async function openDevice(address: string, options: OpenOptions = {}): Promise<CtapDevice> {
  const { transport, where } = resolveAddress(address);
  return await transport.open(where, options);
}

/**
 * Returns a function that opens the HID reports of the device at an address beside its use through `openDevice`; undefined if the
 * transport cannot do that. @throws {UsageError} for a malformed address.
 */
export function findReportOpener(address: string): (() => Promise<ReportPipe>) | undefined {
  const { transport, where } = resolveAddress(address);
  const openReports = transport.openReports?.bind(transport);
  return openReports && (() => openReports(where));
}

function resolveAddress(address: string): { transport: Transport; where: string } {
  const [scheme, where] = splitAddress(address);
  if (!isScheme(scheme))
    throw new UsageError(
      `Cannot open ${JSON.stringify(address)}: expected an address that begins with one of ${Object.keys(transports).join(', ')}`,
    );
  return { transport: transports[scheme], where };
}

/** Returns the devices of every transport, in the order of the registry. Entries of one device have the same `port`. */
export async function listDevices(): Promise<FoundDevice[]> {
  const lists = await Promise.all(Object.values<Transport>(transports).map((transport) => transport.list()));
  return lists.flat();
}

/** Whether `text` is an address with a known scheme, and not for example a serial number. */
export const isAddress = (text: string): boolean => text.includes(':') && isScheme(splitAddress(text)[0]);

const isScheme = (text: string): text is TransportScheme => Object.hasOwn(transports, text);

function splitAddress(address: string): [scheme: string, where: string] {
  const colon = address.indexOf(':');
  return colon < 0 ? [address, ''] : [address.slice(0, colon), address.slice(colon + 1)];
}
