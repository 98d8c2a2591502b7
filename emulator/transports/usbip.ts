/**
 * A USB/IP server: keys are USB devices that a kernel attaches, on this machine or over the network
 * (`usbip attach -r 127.0.0.1 -b 1-1`; Linux `vhci_hcd`, usbip-win). One port serves several keys, each to one host at a time.
 */
import { createServer, type Socket } from 'node:net';
import { ProtocolViolation } from '#protocol/errors.ts';
import { createServedKey, type KeyToServe, type ServeOptions, type SocketKey } from './served-key.ts';
import { loopback, startListening, writeOrDrop } from './socket-server.ts';
import { type StreamParser, startParser } from './stream-parser.ts';
import { UsbKey } from './usb-key.ts';
import { UsbIpSession } from './usbip-session.ts';
import {
  busIdLength,
  type ExportedDevice,
  encodeDeviceList,
  encodeImportReply,
  importStatus,
  operationLength,
  parseBusId,
  parseOperation,
  parseUrb,
  urbHeaderLength,
} from './usbip-wire.ts';

/** The port that the USB/IP tools use. */
export const defaultUsbIpPort = 3240;
const maxConnections = 64;
const bus = 1;
/** Device number 1 is the root hub. */
const firstDevice = 2;

/**
 * Serves keys over USB/IP; by default on the loopback address, because USB/IP has no authentication: every client that can
 * connect can attach them. Their bus ids are `1-1`, `1-2`, ... The server ends when the last key is disposed.
 * @throws {TransportError} `unavailable` if the server cannot listen on the port.
 */
export async function serveUsbIp(keys: readonly KeyToServe[], options: ServeOptions = {}): Promise<SocketKey[]> {
  const { host = loopback, port = defaultUsbIpPort } = options;
  const ports = keys.map((key, index) => new BusPort(index + 1, key, options));
  const connections = new Set<Socket>();
  const server = createServer({ noDelay: true }, (connection) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    serveConnection(connection, ports);
  });
  server.maxConnections = maxConnections;
  const boundPort = await startListening(server, 'usbip', host, port);
  const inUse = new Set(ports);
  return ports.map((each) =>
    createServedKey(
      each.device.key,
      { name: `usbip:${host}:${boundPort}/${each.exported.busId}`, port: boundPort },
      async () => {
        each.device.key.unplug();
        inUse.delete(each);
        if (inUse.size > 0 || !server.listening) return;
        for (const connection of connections) connection.destroy();
        await new Promise<unknown>((resolve) => server.close(resolve));
      },
    ),
  );
}

/** A port of the USB bus with its key, and the host that has imported the key. */
class BusPort {
  readonly exported: ExportedDevice;
  readonly device: UsbKey;
  #host: Socket | undefined;

  constructor(number: number, key: KeyToServe, options: ServeOptions) {
    this.exported = { busId: `${bus}-${number}`, bus, device: firstDevice + number - 1, usb: key.usb };
    this.device = new UsbKey(key, { onDisconnect: () => this.#dropHost() }, options);
  }

  /** The import status that a host gets now. */
  get status(): number {
    if (!this.device.key.plugged) return importStatus.noDevice;
    return this.#host ? importStatus.busy : importStatus.ok;
  }

  /** Connects the key to a host. When the connection closes, the key loses power and restarts. */
  attach(host: Socket): UsbIpSession {
    const session = new UsbIpSession(this.device, (bytes) => writeOrDrop(host, bytes));
    this.#host = host;
    host.on('close', () => {
      session.close();
      if (this.#host !== host) return;
      this.#host = undefined;
      this.device.key.powerCycle();
    });
    return session;
  }

  #dropHost(): void {
    const host = this.#host;
    this.#host = undefined;
    host?.destroy();
  }
}

/** Serves one client. A protocol violation closes its connection and has no other effect. */
function serveConnection(connection: Socket, ports: readonly BusPort[]): void {
  const feed = startParser(parseConnection(connection, ports));
  connection.on('error', () => undefined); // 'close' follows
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

/** Parses and answers one operation and, after an import, the requests for the device. */
function* parseConnection(connection: Socket, ports: readonly BusPort[]): StreamParser {
  if (parseOperation(yield operationLength) === 'devlist') {
    const available = ports.filter(({ status }) => status === importStatus.ok);
    connection.end(encodeDeviceList(available.map(({ exported }) => exported)));
    return;
  }
  const busId = parseBusId(yield busIdLength);
  const port = ports.find(({ exported }) => exported.busId === busId);
  const status = port?.status ?? importStatus.noDevice;
  if (!port || status !== importStatus.ok) {
    connection.end(encodeImportReply(undefined, status));
    return;
  }
  const session = port.attach(connection);
  writeOrDrop(connection, encodeImportReply(port.exported, status));
  for (;;) {
    const request = parseUrb(yield urbHeaderLength, port.exported);
    session.handle(request, yield request.command === 'submit' && request.direction === 'out' ? request.length : 0);
  }
}
