/** UDP and TCP transports: framing, unplugging, ports. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { broadcastChannel, ctapHidCommands, decodeInitResponse, fragment, reportLength } from '#protocol/ctaphid.ts';
import { withLengthPrefix } from '#protocol/length-prefixed.ts';
import { createAuthenticator, magicReboot, serveTcp, serveUdp } from '../index.ts';

const nonce = new Uint8Array(8).fill(5);
const [init] = fragment(broadcastChannel, ctapHidCommands.INIT, nonce) as [Uint8Array];
const [ping] = fragment(broadcastChannel, ctapHidCommands.PING, nonce) as [Uint8Array];
const createKey = () => createAuthenticator({ persona: 'touchstone-key' });

async function udpHost(port: number) {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    send: (datagram: Uint8Array) => socket.send(datagram, port, '127.0.0.1'),
    async next(): Promise<Uint8Array> {
      const [datagram] = (await once(socket, 'message')) as [Uint8Array];
      return datagram;
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

it('UDP: transfers one report per datagram and answers the sender', async () => {
  await using served = await serveUdp(createKey(), { port: 0 });
  using one = await udpHost(served.port);
  using other = await udpHost(served.port);
  one.send(new Uint8Array(63));
  one.send(init);
  expect(decodeInitResponse((await one.next()).subarray(7)).nonce).toEqual(nonce);
  other.send(ping);
  expect((await other.next())[7], 'ERR_INVALID_CHANNEL').toBe(0x0b);
});

it('UDP: the reboot datagram power-cycles the key and gets no answer', async () => {
  expect(magicReboot).toHaveLength(reportLength);
  const authenticator = createKey();
  let restarts = 0;
  const backend = {
    process: authenticator.process.bind(authenticator),
    powerCycle() {
      restarts += 1;
      authenticator.powerCycle();
    },
  };
  await using served = await serveUdp(backend, { port: 0 });
  using host = await udpHost(served.port);
  host.send(init);
  const { channel } = decodeInitResponse((await host.next()).subarray(7));
  host.send(magicReboot);
  host.send(fragment(channel, ctapHidCommands.PING, nonce)[0]!);
  expect((await host.next())[7], 'the channel is no longer allocated').toBe(0x0b);
  expect(restarts).toBeGreaterThan(0);
});

it('UDP: an unplugged key does not answer; plugged in again, it does', async () => {
  await using served = await serveUdp(createKey(), { port: 0 });
  using host = await udpHost(served.port);
  served.unplug();
  expect(served.plugged).toBe(false);
  host.send(ping);
  host.send(init);
  await new Promise(setImmediate);
  served.replug();
  host.send(ping);
  expect((await host.next())[7]).toBe(0x0b);
});

it('TCP: accepts chunks of any size and ignores messages of a wrong length', async () => {
  await using served = await serveTcp(createKey(), { port: 0 });
  const host = connect(served.port, '127.0.0.1');
  await once(host, 'connect');
  for (const byte of withLengthPrefix(init)) host.write(new Uint8Array([byte]));
  host.write(
    Buffer.concat([withLengthPrefix(new Uint8Array(3)), withLengthPrefix(new Uint8Array(0)), withLengthPrefix(ping)]),
  );
  let received = Buffer.alloc(0);
  while (received.length < 132) received = Buffer.concat([received, (await once(host, 'data'))[0] as Buffer]);
  expect(received.readUInt16BE(0)).toBe(reportLength);
  expect(decodeInitResponse(received.subarray(9)).nonce).toEqual(nonce);
  expect(received[66 + 9], 'ERR_INVALID_CHANNEL').toBe(0x0b);
  host.destroy();
});

it('TCP: unplugging closes connections and rejects new ones', async () => {
  await using served = await serveTcp(createKey(), { port: 0 });
  const host = connect(served.port, '127.0.0.1');
  await once(host, 'connect');
  host.write(withLengthPrefix(init));
  await once(host, 'data');
  served.unplug();
  await once(host, 'close');
  const second = connect(served.port, '127.0.0.1');
  await once(second, 'close');
  served.replug();
  expect(served.plugged).toBe(true);
});

it.each([serveUdp, serveTcp])('reports a port that is in use (%o)', async (serve) => {
  await using first = await serve(createKey(), { port: 0 });
  const message = `Cannot listen on ${first.name}: the port is in use`;
  await expect(serve(createKey(), { port: first.port })).rejects.toMatchObject({ kind: 'unavailable', message });
});
