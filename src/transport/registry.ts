/** Devices by address: `scheme:where`. A new transport is its file and a line here. */
import { UsageError } from '#protocol/errors.ts';
import { type CtapHidOptions, openCtapHid } from './ctaphid-channel.ts';
import type { CtapDevice } from './device.ts';
import { openTcp, openUdp, type SocketAddress } from './sockets.ts';

/** How each scheme opens what stands behind it. */
const transports = {
  udp: async (where, options) => openCtapHid(await openUdp(socketAddress('udp', where, 8111)), options),
  tcp: async (where, options) => openCtapHid(await openTcp(socketAddress('tcp', where, 35962)), options),
} as const satisfies Record<string, (where: string, options: CtapHidOptions) => Promise<CtapDevice>>;

type TransportScheme = keyof typeof transports;

/**
 * Opens a device, e.g. `udp:127.0.0.1:8111`, `tcp:localhost`; host and port may be left out.
 * @throws {UsageError} for an address that cannot be read, {TransportError} when nothing is there.
 */
export async function openDevice(address: string, options: CtapHidOptions = {}): Promise<CtapDevice> {
  const [scheme = '', where = ''] = split(address);
  if (!Object.hasOwn(transports, scheme))
    throw new UsageError(
      `cannot open ${JSON.stringify(address)}: an address begins with one of ${Object.keys(transports).join(', ')}`,
    );
  return await transports[scheme as TransportScheme](where, options);
}

function split(address: string): [string, string] {
  const colon = address.indexOf(':');
  return colon < 0 ? [address, ''] : [address.slice(0, colon), address.slice(colon + 1)];
}

function socketAddress(scheme: string, where: string, defaultPort: number): SocketAddress {
  const [, host = '', port = `${defaultPort}`] = /^([^:]*)(?::(\d{1,5}))?$/.exec(where) ?? [];
  if (Number(port) > 0xffff || Number(port) === 0 || (where !== '' && host === ''))
    throw new UsageError(`cannot open ${scheme}:${where}: ${scheme}:HOST:PORT is wanted`);
  return { host: host || '127.0.0.1', port: Number(port) };
}
