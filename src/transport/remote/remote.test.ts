/** Key server and client over the loopback address: the device contract, leases, the listener, and addresses. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { AdjustableClock } from '#base/clock.ts';
import { deviceContract } from '../testing/device-contract.ts';
import { parseRemoteAddress } from './address.ts';
import { listRemote, openRemote } from './client.ts';
import { serveKeys } from './key-server.ts';
import { heartbeatIntervalMs } from './message-socket.ts';
import {
  connectRawClient,
  keyId,
  openRemoteUnderContract,
  startTestKeyServer,
  token,
} from './testing/test-key-server.ts';

const getInfo = new Uint8Array([0x04]);
const selection = new Uint8Array([0x0b]);

deviceContract('Remote device', () => openRemoteUnderContract());

describe('A remote device', () => {
  test('reports that it is remote, and the transport of the key', async () => {
    await using server = await startTestKeyServer();
    await using device = await openRemote(server.where, { token });
    expect(device).toMatchObject({ name: `remote:${server.where}`, remote: true, transport: 'usb' });
  });

  test('rejects a message that is too long, and stays usable', async () => {
    await using server = await startTestKeyServer();
    await using device = await openRemote(server.where, { token });
    await expect(device.transact(new Uint8Array(7_610))).rejects.toMatchObject({ kind: 'framing' });
    expect((await device.transact(new Uint8Array(7_609).fill(1))).length).toBe(1);
  });

  test('does not send a message whose signal is already aborted', async () => {
    await using server = await startTestKeyServer();
    await using device = await openRemote(server.where, { token });
    const reason = new Error('aborted');
    await expect(device.transact(getInfo, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect((await device.transact(getInfo))[0]).toBe(0);
  });

  test('sends one message at a time', async () => {
    await using server = await startTestKeyServer();
    await using device = await openRemote(server.where, { token });
    const both = [device.transact(selection), device.transact(getInfo)];
    await server.gestures.whenAsked();
    server.gestures.touch();
    expect((await Promise.all(both)).map(([status]) => status)).toEqual([0, 0]);
  });
});

describe('A lease', () => {
  test('is listed, excludes other clients, and ends when the device is disposed', async () => {
    await using server = await startTestKeyServer();
    const list = () => listRemote(server.where, { token });
    expect(await list()).toEqual([{ id: keyId, label: 'Emulated\uFFFD[31m key' }]);
    const device = await openRemote(server.where, { token });
    const [listed] = await list();
    expect(listed?.lease).toEqual({
      holder: expect.stringContaining(`process ${process.pid}`),
      since: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    await expect(openRemote(server.where, { token })).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining(`${keyId} is leased by ${listed?.lease?.holder} since ${listed?.lease?.since}`),
    });
    await device[Symbol.asyncDispose]();
    expect((await list())[0]).not.toHaveProperty('lease');
    await using again = await openRemote(server.where, { token });
    expect((await again.transact(getInfo))[0]).toBe(0);
  });

  test('ends when the process of the client is killed', async () => {
    await using server = await startTestKeyServer();
    const fixture = fileURLToPath(new URL('./testing/lease-holder.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', fixture, server.where, token], { stdio: 'inherit' });
    const waiting = new AbortController();
    await Promise.race([
      server.gestures.whenAsked(waiting.signal),
      once(child, 'exit').then(() => Promise.reject(new Error('The process exited by itself'))),
    ]);
    child.kill('SIGKILL');
    const { holder } = await server.waitForEvent('released');
    expect(holder).toContain(`process ${child.pid}`);
    await using device = await openRemote(server.where, { token });
    expect((await device.transact(getInfo))[0]).toBe(0);
  });

  test('ends when the client idles, and the client gets the reason', async () => {
    const clock = new AdjustableClock();
    await using server = await startTestKeyServer({ clock, idleMs: 60_000 });
    await using device = await openRemote(server.where, { token });
    clock.advance(59_000);
    expect((await device.transact(getInfo))[0]).toBe(0);
    clock.advance(60_000);
    expect(await server.waitForEvent('released')).toMatchObject({ why: 'the client sent no request for 1m' });
    await expect(device.transact(getInfo)).rejects.toMatchObject({
      kind: 'disconnected',
      message: expect.stringContaining('the client sent no request for 1m'),
    });
  });

  test('does not end while a command waits for a touch', async () => {
    const clock = new AdjustableClock();
    await using server = await startTestKeyServer({ clock, idleMs: 20_000 });
    await using device = await openRemote(server.where, { token });
    const answer = device.transact(selection);
    await server.gestures.whenAsked();
    clock.advance(20_000);
    server.gestures.touch();
    expect([...(await answer)]).toEqual([0]);
  });

  test('ends when the client does not answer pings', async () => {
    const clock = new AdjustableClock();
    await using server = await startTestKeyServer({ clock });
    const client = await connectRawClient(server.port, { autoPong: false });
    client.send({ type: 'lease', id: 1, key: keyId, holder: 'silent client' });
    await server.waitForEvent('leased');
    const released = server.waitForEvent('released');
    for (let beat = 0; beat < 3; beat++) {
      clock.advance(heartbeatIntervalMs);
      await new Promise(setImmediate);
    }
    expect(await released).toMatchObject({ holder: 'silent client', why: 'the other side does not answer pings' });
  });

  test('ends when the server stops, and the client gets an error', async () => {
    const server = await startTestKeyServer();
    await using device = await openRemote(server.where, { token });
    const running = device.transact(selection);
    await server.gestures.whenAsked();
    const rejected = expect(running).rejects.toMatchObject({ kind: 'disconnected' });
    await server[Symbol.asyncDispose]();
    await rejected;
    expect(server.openedKey()).toBeUndefined();
    await expect(openRemote(server.where, { token })).rejects.toMatchObject({ kind: 'unavailable' });
  });

  test('is refused for an unknown key and for a key that cannot be opened', async () => {
    const broken = { id: 'broken', label: 'Broken', open: () => Promise.reject(new Error('no permission')) };
    await using server = await startTestKeyServer({ keys: { list: async () => [broken] } });
    const open = (key: string) => openRemote(`127.0.0.1:${server.port}/${key}`, { token });
    await expect(open('lost')).rejects.toMatchObject({ kind: 'unavailable', message: /Key lost is not plugged in/ });
    for (let time = 0; time < 2; time++)
      await expect(open('broken')).rejects.toMatchObject({ kind: 'unavailable', message: /no permission/ });
  });
});

describe('The listener', () => {
  test('refuses a client with a wrong token', async () => {
    await using server = await startTestKeyServer();
    await expect(openRemote(server.where, { token: `${token}!` })).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('refuses the token'),
    });
    expect(await server.waitForEvent('refused')).toMatchObject({ why: 'the token is wrong' });
  });

  test('refuses another message version and plain HTTP', async () => {
    await using server = await startTestKeyServer();
    const status = (headers: Record<string, string>) =>
      new Promise((resolve, reject) => {
        request({ port: server.port, host: '127.0.0.1', headers })
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

  test.each(['0.0.0.0', '::', '192.0.2.1', 'keys.test'])('does not start on %s without TLS', async (host) => {
    await expect(serveKeys({ keys: { list: async () => [] }, token, host, port: 0 })).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining('without TLS'),
    });
  });

  test('does not start with a short token', async () => {
    await expect(serveKeys({ keys: { list: async () => [] }, token: '1234', port: 0 })).rejects.toThrow(/at least 16/);
  });

  test('does not start on a port that is in use', async () => {
    await using server = await startTestKeyServer();
    await expect(startTestKeyServer({ port: server.port })).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('the port is in use'),
    });
  });
});

test.each([
  ['lab-3/emulated:1', { host: 'lab-3', port: 7447, key: 'emulated:1' }],
  ['10.0.0.3:80/usb:1/2', { host: '10.0.0.3', port: 80, key: 'usb:1/2' }],
  ['[::1]:7000', { host: '::1', port: 7000, key: undefined }],
])('parseRemoteAddress parses %s', (where, parts) => expect(parseRemoteAddress(where)).toEqual(parts));

test.each(['', ':7447/x', 'host:0/x', 'host:99999/x', 'a b/x', '::1/x'])('parseRemoteAddress rejects %j', (where) => {
  expect(() => parseRemoteAddress(where)).toThrow(/expected remote:HOST:PORT\/KEY/);
});

test('openRemote rejects an address without a key', async () => {
  await expect(openRemote('127.0.0.1', { token })).rejects.toMatchObject({ name: 'UsageError' });
});
