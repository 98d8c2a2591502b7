/** How a key is lent to other programs, by name. A new transport is its file and a line here. */
import type { KeyToServe, ServedKey, ServeOptions } from './served-key.ts';
import { defaultTcpPort, serveTcp } from './tcp.ts';
import { defaultUdpPort, serveUdp } from './udp.ts';
import { longestUhidMessage, serveUhid } from './uhid.ts';
import { defaultUsbIpPort, serveUsbIp } from './usbip.ts';
import { defaultVpcdPort, serveVpcd } from './vpcd.ts';

/** A way to lend a key. */
export type TransportId = 'udp' | 'tcp' | 'uhid' | 'usbip' | 'vpcd';

/** One way to lend keys. */
export interface DeviceTransport {
  /** What somebody who chooses has to know. */
  readonly about: string;
  /** Absent where there is no port to choose. */
  readonly defaultPort?: number;
  /** It serves several keys at once; others take one. */
  readonly several?: true;
  /** Longer messages do not come through whole. */
  readonly longestMessage?: number;
  /** @throws {TransportError} `unavailable` when it cannot be opened here. */
  serve(keys: readonly [KeyToServe, ...KeyToServe[]], options: ServeOptions): Promise<readonly ServedKey[]>;
}

/** Every transport by its name. */
export const deviceTransports: Record<TransportId, DeviceTransport> = {
  udp: {
    about: 'CTAPHID reports in datagrams',
    defaultPort: defaultUdpPort,
    serve: one(({ inside, ...key }, options) => serveUdp(inside, { ...options, ...key })),
  },
  tcp: {
    about: 'CTAPHID reports behind their lengths',
    defaultPort: defaultTcpPort,
    serve: one(({ inside, ...key }, options) => serveTcp(inside, { ...options, ...key })),
  },
  uhid: {
    about: 'a HID device of this machine (Linux)',
    longestMessage: longestUhidMessage,
    serve: one(({ inside, ...key }, options) => serveUhid(inside, { ...options, ...key })),
  },
  usbip: {
    about: 'USB devices that Linux or Windows attaches over the network',
    defaultPort: defaultUsbIpPort,
    several: true,
    serve: serveUsbIp,
  },
  vpcd: {
    about: 'a smart card on the virtual reader of vsmartcard',
    defaultPort: defaultVpcdPort,
    serve: one(({ inside }, options) => serveVpcd(inside, options)),
  },
};

function one(serve: (key: KeyToServe, options: ServeOptions) => Promise<ServedKey>): DeviceTransport['serve'] {
  return async ([key], options) => [await serve(key, options)];
}
