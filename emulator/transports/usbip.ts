/**
 * A USB/IP server: keys as USB devices that another kernel attaches, over the network or on this machine
 * (`usbip attach -r 127.0.0.1 -b 1-1`; Linux `vhci_hcd`, usbip-win). One port, several keys, one host for each.
 */
import { createServer, type Socket } from 'node:net';
import { ProtocolViolation } from '#protocol/errors.ts';
import {
  type KeyToServe,
  listening,
  loopback,
  type ServeOptions,
  type SocketKey,
  serving,
  write,
} from './served-key.ts';
import { UsbKey } from './usb-key.ts';
import { UsbIpSession } from './usbip-session.ts';
import {
  busIdLength,
  deviceList,
  type ExportedDevice,
  imported,
  importStatus,
  operationLength,
  parseBusId,
  parseOperation,
  parseUrb,
  urbHeaderLength,
} from './usbip-wire.ts';
import { feeding, type Parser } from './wanted-bytes.ts';

/** The port that the tools of USB/IP use. */
export const defaultUsbIpPort = 3240;
const mostConnections = 64;
const bus = 1;
/** Number 1 is the hub. */
const firstDevice = 2;

/**
 * Serves keys over USB/IP, on the loopback address unless told otherwise: there is no password, whoever connects may
 * attach them. They are `1-1`, `1-2`, ...; the server ends when the last of them is disposed.
 * @throws {TransportError} `unavailable` when the port cannot be had.
 */
export async function serveUsbIp(keys: readonly KeyToServe[], options: ServeOptions = {}): Promise<SocketKey[]> {
  const { host = loopback, port = defaultUsbIpPort } = options;
  const ports = keys.map((key, index) => new BusPort(index + 1, key, options));
  const connections = new Set<Socket>();
  const server = createServer({ noDelay: true }, (connection) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    talk(connection, ports);
  });
  server.maxConnections = mostConnections;
  const bound = await listening(server, 'usbip', host, port);
  const inUse = new Set(ports);
  return ports.map((each) =>
    serving(each.device.key, { name: `usbip:${host}:${bound}/${each.exported.busId}`, port: bound }, async () => {
      each.device.key.unplug();
      inUse.delete(each);
      if (inUse.size > 0 || !server.listening) return;
      for (const connection of connections) connection.destroy();
      await new Promise<unknown>((resolve) => server.close(resolve));
    }),
  );
}

/** A port of the bus with its key, and the host that has it. */
class BusPort {
  readonly exported: ExportedDevice;
  readonly device: UsbKey;
  #host: Socket | undefined;

  constructor(number: number, key: KeyToServe, options: ServeOptions) {
    this.exported = { busId: `${bus}-${number}`, bus, device: firstDevice + number - 1, usb: key.usb };
    this.device = new UsbKey(key, { gone: () => this.#hangUp() }, options);
  }

  /** Whether a host may have it now. */
  get status(): number {
    if (!this.device.key.plugged) return importStatus.noDevice;
    return this.#host ? importStatus.busy : importStatus.ok;
  }

  /** Gives the key to a host. With the connection the power of the bus goes, and the key begins anew. */
  attach(host: Socket): UsbIpSession {
    const session = new UsbIpSession(this.device, (bytes) => write(host, bytes));
    this.#host = host;
    host.on('close', () => {
      session.close();
      if (this.#host !== host) return;
      this.#host = undefined;
      this.device.key.powerCycle();
    });
    return session;
  }

  #hangUp(): void {
    const host = this.#host;
    this.#host = undefined;
    host?.destroy();
  }
}

/** A client that breaks a rule of the protocol loses its connection, and only that. */
function talk(connection: Socket, ports: readonly BusPort[]): void {
  const feed = feeding(conversation(connection, ports));
  connection.on('error', () => undefined); // the close that follows says enough
  connection.on('data', (chunk) => {
    if (connection.destroyed) return;
    try {
      feed(chunk);
    } catch (error) {
      connection.destroy();
      if (!(error instanceof ProtocolViolation)) throw error;
    }
  });
}

/** One operation, and after an import the requests for the device. */
function* conversation(connection: Socket, ports: readonly BusPort[]): Parser {
  if (parseOperation(yield operationLength) === 'devlist') {
    const available = ports.filter(({ status }) => status === importStatus.ok);
    connection.end(deviceList(available.map(({ exported }) => exported)));
    return;
  }
  const busId = parseBusId(yield busIdLength);
  const port = ports.find(({ exported }) => exported.busId === busId);
  const status = port?.status ?? importStatus.noDevice;
  if (!port || status !== importStatus.ok) {
    connection.end(imported(undefined, status));
    return;
  }
  const session = port.attach(connection);
  write(connection, imported(port.exported, status));
  for (;;) {
    const request = parseUrb(yield urbHeaderLength, port.exported);
    session.handle(request, yield request.command === 'submit' && request.direction === 'out' ? request.length : 0);
  }
}
