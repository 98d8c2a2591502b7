/**
 * A key over UDP: one 64-byte report a datagram, as the tools of SoloKeys and OpenSK speak it. They send from port 7112 and
 * read there; answers go to whoever sent, which serves them and everybody else.
 */
import { createSocket, type RemoteInfo } from 'node:dgram';
import { equal, fromHex } from '#base/bytes.ts';
import { reportLength } from '#protocol/ctaphid.ts';
import { HidKey, type HidKeyOptions, type KeyInside } from './hid-key.ts';
import { cannotListen, type Listening, loopback, PeersByChannel, type SocketKey, serving } from './served-key.ts';

/** The port that the tools of SoloKeys and OpenSK send to. */
export const defaultUdpPort = 8111;

/** The datagram with which those tools ask a simulated key to restart: to them it is the replug. */
export const magicReboot = fromHex(
  'ac1052ca95e569de69e02ebff333485f13f9b2da34c5a8a340526697a9ab2e0b' +
    '394d8d04973c134005be1a0140bff6045bb26eb77a73eaa47813f6b49a7250dc',
);

/**
 * Serves a key over UDP, on the loopback address unless told otherwise.
 * @throws {TransportError} `unavailable` when the port cannot be had.
 */
export async function serveUdp(inside: KeyInside, options: Listening & HidKeyOptions = {}): Promise<SocketKey> {
  const { host = loopback, port = defaultUdpPort } = options;
  const socket = createSocket('udp4');
  const peers = new PeersByChannel<RemoteInfo>();
  const send = (report: Uint8Array) => {
    const peer = peers.of(report);
    if (peer) socket.send(report, peer.port, peer.address);
  };
  const key = new HidKey(inside, { send, gone: () => undefined }, options);
  socket.on('message', (datagram, peer) => {
    if (datagram.length !== reportLength) return;
    if (equal(datagram, magicReboot)) {
      key.powerCycle();
      return;
    }
    peers.heard(datagram, peer);
    key.receive(new Uint8Array(datagram));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (error) => reject(cannotListen(`udp:${host}:${port}`, error)));
    socket.bind(port, host, resolve);
  });
  socket.removeAllListeners('error');
  socket.on('error', () => undefined); // a host that has gone answers with ICMP: nobody to tell
  const bound = socket.address().port;
  let open = true;
  return serving(key, { name: `udp:${host}:${bound}`, port: bound }, async () => {
    if (!open) return;
    open = false;
    key.unplug();
    await new Promise<void>((resolve) => socket.close(resolve));
  });
}
