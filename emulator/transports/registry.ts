/** Registry of the transports that serve an emulated key to other programs. A new transport is a file and a line here. */
import type { KeyToServe, ServedKey, ServeOptions } from './served-key.ts';
import { defaultTcpPort, serveTcp } from './tcp.ts';
import { defaultUdpPort, serveUdp } from './udp.ts';
import { maxUhidMessageLength, serveUhid } from './uhid.ts';
import { defaultUsbIpPort, serveUsbIp } from './usbip.ts';
import { defaultVpcdPort, serveVpcd } from './vpcd.ts';

/** Name of a transport. */
export type TransportId = 'udp' | 'tcp' | 'uhid' | 'usbip' | 'vpcd';

/** A transport that serves keys. */
export interface DeviceTransport {
  /** Description of the transport in the help of the command line. */
  readonly description: string;
  /** Absent for a transport without ports. */
  readonly defaultPort?: number;
  /** Whether it can serve several keys at once. */
  readonly servesMultipleKeys?: true;
  /** Maximum length of a CTAP message in bytes; longer messages lose packets. */
  readonly maxMessageLength?: number;
  /** @throws {TransportError} `unavailable` if the transport cannot be opened on this machine. */
  serve(keys: readonly [KeyToServe, ...KeyToServe[]], options: ServeOptions): Promise<readonly ServedKey[]>;
}

/** All transports by name. */
export const deviceTransports: Record<TransportId, DeviceTransport> = {
  udp: {
    description: 'CTAPHID reports in UDP datagrams',
    defaultPort: defaultUdpPort,
    serve: serveOne(({ authenticator, ...key }, options) => serveUdp(authenticator, { ...options, ...key })),
  },
  tcp: {
    description: 'length-prefixed CTAPHID reports over TCP',
    defaultPort: defaultTcpPort,
    serve: serveOne(({ authenticator, ...key }, options) => serveTcp(authenticator, { ...options, ...key })),
  },
  uhid: {
    description: 'HID device of this machine (Linux)',
    maxMessageLength: maxUhidMessageLength,
    serve: serveOne(({ authenticator, ...key }, options) => serveUhid(authenticator, { ...options, ...key })),
  },
  usbip: {
    description: 'USB devices that Linux or Windows attaches over the network',
    defaultPort: defaultUsbIpPort,
    servesMultipleKeys: true,
    serve: serveUsbIp,
  },
  vpcd: {
    description: 'smart card in the virtual reader of vsmartcard',
    defaultPort: defaultVpcdPort,
    serve: serveOne(({ authenticator }, options) => serveVpcd(authenticator, options)),
  },
};

function serveOne(serve: (key: KeyToServe, options: ServeOptions) => Promise<ServedKey>): DeviceTransport['serve'] {
  return async ([key], options) => [await serve(key, options)];
}
