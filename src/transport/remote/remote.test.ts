/** Keys on another machine, over the loopback address: the port's contract, leases, and everything hostile. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { AdjustableClock } from '#base/clock.ts';
import { deviceContract } from '../testing/device-contract.ts';
import { parseRemoteAddress } from './address.ts';
import { listRemote, openRemote } from './client.ts';
import { beatEveryMs } from './message-socket.ts';
import { mostClientBytes, subprotocol } from './messages.ts';
import { serveKeys } from './server.ts';
import {
  type BareClient,
  bareClient,
  keyId,
  openCounter,
  remoteUnderContract,
  token,
} from './testing/lending-server.ts';

const getInfo = new Uint8Array([0x04]);
const selection = new Uint8Array([0x0b]);
const cancelled = 0x2d;

deviceContract('a key on another machine', () => remoteUnderContract());

describe('a remote key', () => {
  test('says that it is remote, and how the other machine reaches it', async () => {
    await using counter = await openCounter();
    await using device = await openRemote(counter.where, { token });
    expect(device).toMatchObject({ name: `remote:${counter.where}`, remote: true, transport: 'usb' });
  });

  test('takes no message that is too long, and stays usable', async () => {
    await using counter = await openCounter();
    await using device = await openRemote(counter.where, { token });
    await expect(device.transact(new Uint8Array(7_610))).rejects.toMatchObject({ kind: 'framing' });
    expect((await device.transact(new Uint8Array(7_609).fill(1))).length).toBe(1);
  });

  test('aborted before its turn, a message is not sent', async () => {
    await using counter = await openCounter();
    await using device = await openRemote(counter.where, { token });
    const reason = new Error('no longer wanted');
    await expect(device.transact(getInfo, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect((await device.transact(getInfo))[0]).toBe(0);
  });

  test('messages wait their turn', async () => {
    await using counter = await openCounter();
    await using device = await openRemote(counter.where, { token });
    const both = [device.transact(selection), device.transact(getInfo)];
    await counter.hands.whenAsked();
    counter.hands.touch();
    expect((await Promise.all(both)).map(([status]) => status)).toEqual([0, 0]);
  });
});

describe('a lease', () => {
  test('shows in the list, keeps others out, and is free again when it was given back', async () => {
    await using counter = await openCounter();
    const list = () => listRemote(counter.where, { token });
    expect(await list()).toEqual([{ id: keyId, label: 'Emulated\uFFFD[31m key' }]);
    const device = await openRemote(counter.where, { token });
    const [listed] = await list();
    expect(listed!.lease).toEqual({
      holder: expect.stringContaining(`process ${process.pid}`),
      since: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    await expect(openRemote(counter.where, { token })).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining(`${keyId} is leased by ${listed!.lease!.holder} since ${listed!.lease!.since}`),
    });
    await device[Symbol.asyncDispose]();
    expect((await list())[0]).not.toHaveProperty('lease');
    await using again = await openRemote(counter.where, { token });
    expect((await again.transact(getInfo))[0]).toBe(0);
  });

  test('ends when its process is killed: the command is cancelled, the key is free', async () => {
    await using counter = await openCounter();
    const fixture = fileURLToPath(new URL('./testing/lease-holder.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', fixture, counter.where, token], { stdio: 'inherit' });
    const asked = new AbortController();
    await Promise.race([
      counter.hands.whenAsked(asked.signal),
      once(child, 'exit').then(() => Promise.reject(new Error('the process ended by itself'))),
    ]);
    child.kill('SIGKILL');
    const { holder } = await counter.when('released');
    expect(holder).toContain(`process ${child.pid}`);
    await using device = await openRemote(counter.where, { token });
    expect((await device.transact(getInfo))[0]).toBe(0);
  });

  test('ends when nothing is asked for too long, and the holder is told', async () => {
    const clock = new AdjustableClock();
    await using counter = await openCounter({ clock, idleMs: 60_000 });
    await using device = await openRemote(counter.where, { token });
    clock.advance(59_000);
    expect((await device.transact(getInfo))[0]).toBe(0);
    clock.advance(60_000);
    expect(await counter.when('released')).toMatchObject({ why: 'nothing was asked for in 60 seconds' });
    await expect(device.transact(getInfo)).rejects.toMatchObject({
      kind: 'disconnected',
      message: expect.stringContaining('nothing was asked for in 60 seconds'),
    });
  });

  test('does not end by idling while a command waits for a touch', async () => {
    const clock = new AdjustableClock();
    await using counter = await openCounter({ clock, idleMs: 20_000 });
    await using device = await openRemote(counter.where, { token });
    const answer = device.transact(selection);
    await counter.hands.whenAsked();
    clock.advance(20_000);
    counter.hands.touch();
    expect([...(await answer)]).toEqual([0]);
  });

  test('ends when the other machine no longer answers the heartbeat', async () => {
    const clock = new AdjustableClock();
    await using counter = await openCounter({ clock });
    const client = await bareClient(counter.port, { autoPong: false });
    client.say({ type: 'lease', id: 1, key: keyId, holder: 'the silent one' });
    await counter.when('leased');
    const released = counter.when('released');
    for (let beat = 0; beat < 3; beat++) {
      clock.advance(beatEveryMs);
      await new Promise(setImmediate);
    }
    expect(await released).toMatchObject({ holder: 'the silent one', why: 'the other side fell silent' });
  });

  test('ends with the server, and the holder is told', async () => {
    const counter = await openCounter();
    await using device = await openRemote(counter.where, { token });
    const running = device.transact(selection);
    await counter.hands.whenAsked();
    const refused = expect(running).rejects.toMatchObject({ kind: 'disconnected' });
    await counter[Symbol.asyncDispose]();
    await refused;
    expect(counter.opened()).toBeUndefined();
    await expect(openRemote(counter.where, { token })).rejects.toMatchObject({ kind: 'unavailable' });
  });

  test('is refused for a key that is not there, or cannot be opened', async () => {
    const broken = { id: 'broken', label: 'Broken', open: () => Promise.reject(new Error('no permission')) };
    await using counter = await openCounter({ keys: { list: async () => [broken] } });
    const open = (key: string) => openRemote(`127.0.0.1:${counter.port}/${key}`, { token });
    await expect(open('lost')).rejects.toMatchObject({ kind: 'unavailable', message: /no key lost is here/ });
    for (let time = 0; time < 2; time++)
      await expect(open('broken')).rejects.toMatchObject({ kind: 'unavailable', message: /no permission/ });
  });
});

describe('the door', () => {
  test('stays shut without the token', async () => {
    await using counter = await openCounter();
    await expect(openRemote(counter.where, { token: `${token}!` })).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('refuses the token'),
    });
    expect(await counter.when('refused')).toMatchObject({ why: 'the token is wrong' });
  });

  test('answers no other version, and no plain HTTP', async () => {
    await using counter = await openCounter();
    const status = (headers: Record<string, string>) =>
      new Promise((resolve, reject) => {
        request({ port: counter.port, host: '127.0.0.1', headers })
          .on('response', (response) => resolve(response.resume().statusCode))
          .on('error', reject)
          .end();
      });
    const handshake = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      authorization: `Bearer ${token}`,
    };
    expect(await status({ ...handshake, 'sec-websocket-protocol': 'touchstone.keys.99' })).toBe(400);
    expect(await status({})).toBe(426);
  });

  test.each(['0.0.0.0', '::', '192.0.2.1', 'keys.test'])('is not opened on %s without TLS', async (host) => {
    await expect(serveKeys({ keys: { list: async () => [] }, token, host, port: 0 })).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining('without TLS'),
    });
  });

  test('is not opened with a token that can be guessed', async () => {
    await expect(serveKeys({ keys: { list: async () => [] }, token: '1234', port: 0 })).rejects.toThrow(/at least 16/);
  });

  test('is not opened twice', async () => {
    await using counter = await openCounter();
    await expect(openCounter({ port: counter.port })).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('the port is taken'),
    });
  });
});

describe('a hostile client', () => {
  const lease = { type: 'lease', id: 1, key: keyId, holder: 'mallory' };
  test.each<[string, (client: BareClient) => void]>([
    ['no JSON', ({ say }) => say('{')],
    ['JSON that is no message', ({ say }) => say('null')],
    ['an unknown type', ({ say }) => say({ type: 'reset', id: 2 })],
    ['an unknown member', ({ say }) => say({ type: 'list', id: 2, '\u001b[2J': true })],
    ['a number that is none', ({ say }) => say({ type: 'transact', id: -1, message: '' })],
    ['what is no base64', ({ say }) => say({ type: 'transact', id: 2, message: '***' })],
    ['a holder that steers terminals', ({ say }) => say({ ...lease, id: 2, holder: '\u001b[2J' })],
    ['too long a message', ({ say }) => say({ type: 'transact', id: 2, message: 'A'.repeat(10_152) })],
    ['a frame beyond every bound', ({ say }) => say(' '.repeat(mostClientBytes + 1))],
    ['bytes', ({ socket }) => socket.send(Buffer.from([4]))],
    [
      'two questions at once',
      ({ say }) => {
        say({ type: 'transact', id: 2, message: 'Cw==' });
        say({ type: 'transact', id: 3, message: 'BA==' });
      },
    ],
    [
      'a broken frame',
      ({ socket }) => (socket as unknown as { _socket: Socket })._socket.write(Buffer.alloc(64, 0xff)),
    ],
  ])('that sends %s is sent away, and the next client is served', async (_what, misbehave) => {
    await using counter = await openCounter();
    const client = await bareClient(counter.port);
    client.say(lease);
    expect(await client.next()).toMatchObject({ type: 'leased', id: 1 });
    misbehave(client);
    const { why } = await counter.when('released');
    expect(why).not.toMatch(/\p{Cc}/u);
    await client.closed;
    await using device = await openRemote(counter.where, { token });
    expect((await device.transact(getInfo))[0]).toBe(0);
  });

  test('that transacts without a lease, or leases twice, is told so', async () => {
    await using counter = await openCounter();
    const client = await bareClient(counter.port);
    client.say({ type: 'transact', id: 7, message: 'BA==' });
    expect(await client.next()).toMatchObject({ type: 'error', id: 7, kind: 'framing' });
    client.say(lease);
    expect(await client.next()).toMatchObject({ type: 'leased' });
    client.say({ ...lease, id: 8 });
    expect(await client.next()).toMatchObject({ type: 'error', id: 8, kind: 'framing' });
    client.say({ type: 'cancel', id: 99 });
    client.say({ type: 'transact', id: 9, message: 'BA==' });
    expect(await client.next()).toMatchObject({ type: 'answer', id: 9 });
    client.socket.terminate();
  });

  test('that cancels gets the answer of a cancelled command', async () => {
    await using counter = await openCounter();
    const client = await bareClient(counter.port);
    client.say(lease);
    await client.next();
    client.say({ type: 'transact', id: 2, message: 'Cw==' });
    await counter.hands.whenAsked();
    client.say({ type: 'cancel', id: 2 });
    let message: unknown;
    do message = await client.next();
    while ((message as { type: string }).type === 'keepalive');
    expect(message).toEqual({ type: 'answer', id: 2, message: Buffer.from([cancelled]).toString('base64') });
    client.socket.terminate();
  });

  test('that comes 33 times is let in 32 times', async () => {
    await using counter = await openCounter();
    const clients = await Promise.all(Array.from({ length: 32 }, () => bareClient(counter.port)));
    await expect(listRemote(counter.where, { token })).rejects.toMatchObject({ message: /as many others/ });
    for (const { socket } of clients) socket.terminate();
  });
});

describe('a hostile server', () => {
  /** Answers every message with `reply`. */
  async function impostor(reply: (send: (text: string) => void, socket: { terminate(): void }) => void) {
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

  test.each<[string, Parameters<typeof impostor>[0], string]>([
    ['sends no JSON', (send) => send('<html>'), 'framing'],
    ['sends another answer', (send) => send(JSON.stringify({ type: 'keys', id: 2, keys: [] })), 'framing'],
    ['steers terminals', (send) => send(JSON.stringify({ type: 'ended', message: '\u001b[2J' })), 'framing'],
    ['sends too much', (send) => send('x'.repeat(300_000)), 'disconnected'],
    ['ends the lease', (send) => send(JSON.stringify({ type: 'ended', message: 'enough' })), 'disconnected'],
    ['hangs up', (_send, socket) => socket.terminate(), 'disconnected'],
  ])('that %s ends the device', async (_what, reply, kind) => {
    await using server = await impostor(reply);
    await using device = await openRemote(server.where, { token });
    await expect(device.transact(getInfo)).rejects.toMatchObject({ name: 'TransportError', kind });
    await expect(device.transact(getInfo)).rejects.toMatchObject({ name: 'TransportError', kind });
  });

  test('that never answers is given up', async () => {
    const clock = new AdjustableClock();
    let asked: () => void = () => undefined;
    const whenAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    await using server = await impostor(() => asked());
    await using device = await openRemote(server.where, { token, clock });
    const refused = expect(device.transact(getInfo)).rejects.toMatchObject({ kind: 'timeout' });
    await whenAsked;
    clock.advance(190_000);
    await refused;
  });

  test('that takes the connection and says nothing is given up', async () => {
    const clock = new AdjustableClock();
    const taken: Socket[] = [];
    const server = createServer((socket) => void taken.push(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const opening = openRemote(`127.0.0.1:${(server.address() as AddressInfo).port}/x`, { token, clock });
    const refused = expect(opening).rejects.toMatchObject({ kind: 'unavailable', message: /does not answer/ });
    await once(server, 'connection');
    clock.advance(15_000);
    await refused;
    for (const socket of taken) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
});

test.each([
  ['lab-3/emulated:1', { host: 'lab-3', port: 7447, key: 'emulated:1' }],
  ['10.0.0.3:80/usb:1/2', { host: '10.0.0.3', port: 80, key: 'usb:1/2' }],
  ['[::1]:7000', { host: '::1', port: 7000, key: undefined }],
])('%s is an address', (where, parts) => expect(parseRemoteAddress(where)).toEqual(parts));

test.each(['', ':7447/x', 'host:0/x', 'host:99999/x', 'a b/x', '::1/x'])('%j is none', (where) => {
  expect(() => parseRemoteAddress(where)).toThrow(/remote:HOST:PORT\/KEY is wanted/);
});

test('an address without a key opens nothing', async () => {
  await expect(openRemote('127.0.0.1', { token })).rejects.toMatchObject({ name: 'UsageError' });
});
