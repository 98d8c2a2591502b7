/** Every way to a device, by the scheme its addresses begin with. A new transport is its file and a line here. */
import { UsageError } from '#base/errors.ts';
import type { CtapDevice } from './device.ts';
import { hidraw } from './hidraw/hidraw.ts';
import { nodeHid } from './node-hid.ts';
import { pcsc } from './pcsc.ts';
import { remote } from './remote/transport.ts';
import { tcp, udp } from './sockets.ts';
import type { FoundDevice, OpenOptions, Transport } from './transport.ts';
import { usb } from './usb/usb.ts';

const transports = { hidraw, hid: nodeHid, usb, pcsc, udp, tcp, remote } as const satisfies Record<string, Transport>;
type TransportScheme = keyof typeof transports;

/**
 * Opens a device, e.g. `hidraw:/dev/hidraw3`, `udp:127.0.0.1:8111`, `tcp:localhost`.
 * @throws {UsageError} for an address that cannot be read, {TransportError} when nothing is there.
 */
export async function openDevice(address: string, options: OpenOptions = {}): Promise<CtapDevice> {
  const [scheme, where] = split(address);
  if (!isScheme(scheme))
    throw new UsageError(
      `cannot open ${JSON.stringify(address)}: an address begins with one of ${Object.keys(transports).join(', ')}`,
    );
  return await transports[scheme].open(where, options);
}

/** What every transport sees, in the order of the table. One device may be there several times: `port` tells. */
export async function listDevices(): Promise<FoundDevice[]> {
  const lists = await Promise.all(Object.values<Transport>(transports).map((transport) => transport.list()));
  return lists.flat();
}

/** Whether a text begins like an address, and not like a serial number. */
export const isAddress = (text: string): boolean => text.includes(':') && isScheme(split(text)[0]);

const isScheme = (text: string): text is TransportScheme => Object.hasOwn(transports, text);

function split(address: string): [string, string] {
  const colon = address.indexOf(':');
  return colon < 0 ? [address, ''] : [address.slice(0, colon), address.slice(colon + 1)];
}
