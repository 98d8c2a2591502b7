/** Key server and client with misbehaving peers: malformed and unexpected messages must end the session, not the process. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { AdjustableClock } from '#base/clock.ts';
import { listRemote, openRemote } from './client.ts';
import { maxClientMessageBytes, subprotocol } from './messages.ts';
import { connectRawClient, keyId, type RawClient, startTestKeyServer, token } from './testing/test-key-server.ts';

const getInfo = new Uint8Array([0x04]);
const keepaliveCancel = 0x2d;

describe('A misbehaving client', () => {
  const lease = { type: 'lease', id: 1, key: keyId, holder: 'mallory' };
  test.each<[string, (client: RawClient) => void]>([
    ['text that is not JSON', ({ send }) => send('{')],
    ['JSON that is not a message', ({ send }) => send('null')],
    ['an unknown type', ({ send }) => send({ type: 'reset', id: 2 })],
    ['an unknown member', ({ send }) => send({ type: 'list', id: 2, '\u001b[2J': true })],
    ['a negative id', ({ send }) => send({ type: 'transact', id: -1, message: '' })],
    ['malformed base64', ({ send }) => send({ type: 'transact', id: 2, message: '***' })],
    ['a holder with control characters', ({ send }) => send({ ...lease, id: 2, holder: '\u001b[2J' })],
    [
      'a message longer than a CTAP message',
      ({ send }) => send({ type: 'transact', id: 2, message: 'A'.repeat(10_152) }),
    ],
    ['a frame longer than the limit', ({ send }) => send(' '.repeat(maxClientMessageBytes + 1))],
    ['binary data', ({ socket }) => socket.send(Buffer.from([4]))],
    [
      'two requests at once',
      ({ send }) => {
        send({ type: 'transact', id: 2, message: 'Cw==' });
        send({ type: 'transact', id: 3, message: 'BA==' });
      },
    ],
    [
      'a malformed WebSocket frame',
      ({ socket }) => (socket as unknown as { _socket: Socket })._socket.write(Buffer.alloc(64, 0xff)),
    ],
  ])('that sends %s is disconnected, and the next client is served', async (_what, misbehave) => {
    await using server = await startTestKeyServer();
    const client = await connectRawClient(server.port);
    client.send(lease);
    expect(await client.next()).toMatchObject({ type: 'leased', id: 1 });
    misbehave(client);
    const { why } = await server.waitForEvent('released');
    expect(why).not.toMatch(/\p{Cc}/u);
    await client.closed;
    await using device = await openRemote(server.where, { token });
    expect((await device.transact(getInfo))[0]).toBe(0);
  });

  test('that transacts without a lease or leases twice gets an error', async () => {
    await using server = await startTestKeyServer();
    const client = await connectRawClient(server.port);
    client.send({ type: 'transact', id: 7, message: 'BA==' });
    expect(await client.next()).toMatchObject({ type: 'error', id: 7, kind: 'framing' });
    client.send(lease);
    expect(await client.next()).toMatchObject({ type: 'leased' });
    client.send({ ...lease, id: 8 });
    expect(await client.next()).toMatchObject({ type: 'error', id: 8, kind: 'framing' });
    client.send({ type: 'cancel', id: 99 });
    client.send({ type: 'transact', id: 9, message: 'BA==' });
    expect(await client.next()).toMatchObject({ type: 'answer', id: 9 });
    client.socket.terminate();
  });

  test('that cancels a command gets the answer of the cancelled command', async () => {
    await using server = await startTestKeyServer();
    const client = await connectRawClient(server.port);
    client.send(lease);
    await client.next();
    client.send({ type: 'transact', id: 2, message: 'Cw==' });
    await server.gestures.whenAsked();
    client.send({ type: 'cancel', id: 2 });
    let message: unknown;
    do message = await client.next();
    while ((message as { type: string }).type === 'keepalive');
    expect(message).toEqual({ type: 'answer', id: 2, message: Buffer.from([keepaliveCancel]).toString('base64') });
    client.socket.terminate();
  });

  test('with 33 connections is refused the last one', async () => {
    await using server = await startTestKeyServer();
    const clients = await Promise.all(Array.from({ length: 32 }, () => connectRawClient(server.port)));
    await expect(listRemote(server.where, { token })).rejects.toMatchObject({ message: /too many connections/ });
    for (const { socket } of clients) socket.terminate();
  });
});

describe('A misbehaving server', () => {
  /** Starts a server that grants every lease and answers every other message with `reply`. */
  async function startFakeServer(reply: (send: (text: string) => void, socket: { terminate(): void }) => void) {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => subprotocol });
    server.on('connection', (socket) => {
      socket.on('error', () => undefined);
      socket.on('message', (data) => {
        if ((JSON.parse(data.toString()) as { type: string }).type !== 'lease')
          return reply((text) => socket.send(text), socket);
        const capabilities = { wink: false, cbor: true, nmsg: true };
        socket.send(JSON.stringify({ type: 'leased', id: 1, transport: 'usb', capabilities }));
      });
    });
    await once(server, 'listening');
    return {
      where: `127.0.0.1:${(server.address() as AddressInfo).port}/x`,
      async [Symbol.asyncDispose]() {
        for (const socket of server.clients) socket.terminate();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  }

  test.each<[string, Parameters<typeof startFakeServer>[0], string]>([
    ['sends text that is not JSON', (send) => send('<html>'), 'framing'],
    ['sends an answer of another type', (send) => send(JSON.stringify({ type: 'keys', id: 2, keys: [] })), 'framing'],
    ['sends control characters', (send) => send(JSON.stringify({ type: 'ended', message: '\u001b[2J' })), 'framing'],
    ['sends too long a message', (send) => send('x'.repeat(300_000)), 'disconnected'],
    ['ends the lease', (send) => send(JSON.stringify({ type: 'ended', message: 'stopped' })), 'disconnected'],
    ['disconnects', (_send, socket) => socket.terminate(), 'disconnected'],
  ])('that %s closes the device', async (_what, reply, kind) => {
    await using server = await startFakeServer(reply);
    await using device = await openRemote(server.where, { token });
    await expect(device.transact(getInfo)).rejects.toMatchObject({ name: 'TransportError', kind });
    await expect(device.transact(getInfo)).rejects.toMatchObject({ name: 'TransportError', kind });
  });

  test('that never answers times out', async () => {
    const clock = new AdjustableClock();
    let markReceived: () => void = () => undefined;
    const received = new Promise<void>((resolve) => {
      markReceived = resolve;
    });
    await using server = await startFakeServer(() => markReceived());
    await using device = await openRemote(server.where, { token, clock });
    const rejected = expect(device.transact(getInfo)).rejects.toMatchObject({ kind: 'timeout' });
    await received;
    clock.advance(190_000);
    await rejected;
  });

  test('that accepts the connection and sends nothing times out', async () => {
    const clock = new AdjustableClock();
    const accepted: Socket[] = [];
    const server = createServer((socket) => void accepted.push(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const opening = openRemote(`127.0.0.1:${(server.address() as AddressInfo).port}/x`, { token, clock });
    const rejected = expect(opening).rejects.toMatchObject({ kind: 'unavailable', message: /does not answer/ });
    await once(server, 'connection');
    clock.advance(15_000);
    await rejected;
    for (const socket of accepted) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
});
