/**
 * A key over UDP: one 64-byte CTAPHID report per datagram, the protocol of the simulated keys of SoloKeys and OpenSK.
 * Their tools send from port 7112 and read there; answers go to the address that the request came from.
 */
import { createSocket, type RemoteInfo } from 'node:dgram';
import { equal, fromHex } from '#base/bytes.ts';
import { reportLength } from '#protocol/ctaphid.ts';
import { type AuthenticatorBackend, HidKey, type HidKeyOptions } from './hid-key.ts';
import { createServedKey, type ListenOptions, type SocketKey } from './served-key.ts';
import { listenError, loopback, PeersByChannel } from './socket-server.ts';

/** The port that the tools of SoloKeys and OpenSK send to. */
export const defaultUdpPort = 8111;

/** Those tools send this datagram to restart a simulated key: it unplugs the key and plugs it in again. */
export const magicReboot = fromHex(
  'ac1052ca95e569de69e02ebff333485f13f9b2da34c5a8a340526697a9ab2e0b' +
    '394d8d04973c134005be1a0140bff6045bb26eb77a73eaa47813f6b49a7250dc',
);

/**
 * Serves a key over UDP; by default on the loopback address.
 * @throws {TransportError} `unavailable` if the socket cannot listen on the port.
 */
export async function serveUdp(
  authenticator: AuthenticatorBackend,
  options: ListenOptions & HidKeyOptions = {},
): Promise<SocketKey> {
  const { host = loopback, port = defaultUdpPort } = options;
  const socket = createSocket('udp4');
  const peers = new PeersByChannel<RemoteInfo>();
  const send = (report: Uint8Array) => {
    const peer = peers.peerFor(report);
    if (peer) socket.send(report, peer.port, peer.address);
  };
  const key = new HidKey(authenticator, { send, onDisconnect: () => undefined }, options);
  socket.on('message', (datagram, peer) => {
    if (datagram.length !== reportLength) return;
    if (equal(datagram, magicReboot)) {
      key.powerCycle();
      return;
    }
    peers.remember(datagram, peer);
    key.receive(new Uint8Array(datagram));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (error) => reject(listenError(`udp:${host}:${port}`, error)));
    socket.bind(port, host, resolve);
  });
  socket.removeAllListeners('error');
  socket.on('error', () => undefined); // ICMP "port unreachable" from a host that has ended: no action needed
  const boundPort = socket.address().port;
  let isOpen = true;
  return createServedKey(key, { name: `udp:${host}:${boundPort}`, port: boundPort }, async () => {
    if (!isOpen) return;
    isOpen = false;
    key.unplug();
    await new Promise<void>((resolve) => socket.close(resolve));
  });
}
