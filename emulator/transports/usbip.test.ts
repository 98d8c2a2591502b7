/** USB/IP server: device list, import, control and interrupt transfers, protocol violations. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { concat, fromHex, toHex, uint } from '#base/bytes.ts';
import { fragment } from '#protocol/ctaphid.ts';
import { openCtapHid } from '#transport/ctaphid-channel.ts';
import { type DeviceUnderContract, deviceContract } from '#transport/testing/device-contract.ts';
import {
  type Authenticator,
  createAuthenticator,
  ManualGestures,
  type PersonaId,
  serveUsbIp,
  usbDeviceOf,
} from '../index.ts';
import { devlist, exchangeOnce, importRequest, UsbIpClient } from './testing/usbip-client.ts';

const getInfo = new Uint8Array([0x04]);
const toServe = (authenticator: Authenticator) => ({ authenticator, usb: usbDeviceOf(authenticator.persona) });

async function serveKeys(...ids: PersonaId[]) {
  const personas = ids.length > 0 ? ids : (['touchstone-key'] as const);
  const gestures = new ManualGestures();
  const keys = personas.map((persona) => toServe(createAuthenticator({ persona, gestures })));
  const all = await serveUsbIp(keys, { port: 0 });
  const [key] = all;
  if (!key) throw new Error('Expected a served key');
  onTestFinished(async () => {
    for (const each of all) await each[Symbol.asyncDispose]();
  });
  return { key, all, port: key.port, gestures };
}

async function attachKey(...ids: PersonaId[]) {
  const server = await serveKeys(...ids);
  const client = await UsbIpClient.attach(server.port, '1-1');
  return { ...server, client };
}

deviceContract('CTAPHID over USB/IP', async (): Promise<DeviceUnderContract> => {
  const { key, client, gestures } = await attachKey();
  await client.enumerate();
  const device = await openCtapHid(client.open());
  const whenWaiting = () => gestures.whenAsked();
  return { device, touch: () => gestures.touch(), whenWaiting, unplug: () => key.unplug() };
});

describe('the list of devices', () => {
  it('contains each key that is plugged in and not imported, in the format of `usbip list -r`', async () => {
    const { port, all } = await serveKeys('yubikey-5-nfc', 'solo', 'google-titan-v2');
    expect(all.map(({ name }) => name)).toEqual([1, 2, 3].map((number) => `usbip:127.0.0.1:${port}/1-${number}`));
    all[1]?.unplug();
    const list = await exchangeOnce(port, devlist);
    expect(toHex(list.subarray(0, 12))).toBe('01110005' + '00000000' + '00000002');
    expect(list).toHaveLength(12 + 2 * (312 + 4));
    const [first] = [list.subarray(12)];
    expect(first.subarray(0, 256).toString().replaceAll('\0', '')).toBe('/sys/devices/touchstone/usb1/1-1');
    expect(first.subarray(256, 288).toString().replaceAll('\0', '')).toBe('1-1');
    expect(toHex(first.subarray(288, 316)), 'bus, device, speed; ids; class; configuration; interface').toBe(
      '00000001' + '00000002' + '00000002' + '105004020543' + '000000' + '010101' + '03000000',
    );
    expect(list.subarray(12 + 316 + 256, 12 + 316 + 259).toString()).toBe('1-3');
  });
});

describe('an import', () => {
  it('is possible for one host at a time', async () => {
    const { port, client } = await attachKey();
    expect(client.record.subarray(256, 259).toString()).toBe('1-1');
    await expect(UsbIpClient.attach(port, '1-1')).rejects.toThrow('status 2');
    expect((await exchangeOnce(port, devlist)).readUInt32BE(8)).toBe(0);
    await client.detach();
    await expect.poll(async () => (await exchangeOnce(port, devlist)).readUInt32BE(8)).toBe(1);
    await (await UsbIpClient.attach(port, '1-1')).detach();
  });

  it.each(['1-2', '', 'x'.repeat(32)])('of the unknown bus id %j is refused', async (busId) => {
    const { port } = await serveKeys();
    expect(toHex(await exchangeOnce(port, importRequest(busId)))).toBe('01110003' + '00000004');
  });

  it('ends when the key is unplugged and is possible again after it is plugged in', async () => {
    const { key, port, client } = await attachKey();
    const gone = once(client.socket, 'close');
    key.unplug();
    await gone;
    await expect(UsbIpClient.attach(port, '1-1')).rejects.toThrow('status 4');
    key.replug();
    const again = await UsbIpClient.attach(port, '1-1');
    await using device = await openCtapHid(again.open());
    expect((await device.transact(getInfo))[0]).toBe(0);
    await again.detach();
  });

  it('selects one of several keys', async () => {
    const { port } = await serveKeys('yubikey-5-nfc', 'solo');
    for (const [busId, strings] of [
      ['1-1', ['YubiKey FIDO', 'Yubico']],
      ['1-2', ['Solo', 'SoloKeys']],
    ] as const) {
      const client = await UsbIpClient.attach(port, busId);
      expect((await client.enumerate()).strings).toEqual(strings);
      await client.detach();
    }
  });

  it('power-cycles the key when it ends: a wait for a touch is aborted', async () => {
    const { port, client, gestures } = await attachKey();
    const device = await openCtapHid(client.open());
    const answer = device.transact(new Uint8Array([0x0b])).catch(() => 'disconnected');
    await gestures.whenAsked();
    await client.detach();
    expect(await answer).toBe('disconnected');
    const again = await UsbIpClient.attach(port, '1-1');
    await using fresh = await openCtapHid(again.open());
    expect((await fresh.transact(getInfo))[0]).toBe(0);
    await again.detach();
  });
});

describe('control requests', () => {
  it('are answered like those of a full-speed HID device', async () => {
    const { client } = await attachKey('yubikey-5-nfc');
    const hex = async (setup: string) => {
      const { status, data } = await client.control(setup);
      return status === 0 ? toHex(data) : status;
    };
    const reportDescriptor = '06d0f10901a1010920150026ff007508954081020921150026ff00750895409102c0';
    const configuration =
      '0902290001010080' + '0f' + '090400000203000000' + '092111010001222200' + '07058103400005' + '07050103400005';
    expect(await hex('8006000100001200')).toBe('12010002' + '00000040' + '50100204' + '43050102' + '0001');
    expect(await hex('8006000100000800'), 'limited to the requested length').toBe('1201000200000040');
    expect(await hex('800600020000ff00')).toBe(configuration);
    expect(await hex('8006000300000400')).toBe('04030904');
    expect(await hex('800601030904ff00')).toBe(`0e03${Buffer.from('Yubico', 'utf16le').toString('hex')}`);
    expect(await hex('8106002200002200')).toBe(reportDescriptor);
    expect(await hex('8106002100000900')).toBe('092111010001222200');
    expect(await hex('8000000000000200')).toBe('0000');
    expect(await hex('8008000000000100')).toBe('01');
    expect(await hex('0009000000000000')).toBe('');
    expect(await hex('8008000000000100'), 'after SET_CONFIGURATION 0').toBe('00');
    expect(await hex('810a000000000100')).toBe('00');
    expect(await hex('210a000500000000')).toBe('');
    expect(await hex('a102000000000100')).toBe('05');
    expect(await hex('a101000100004000'), 'without a queued report').toBe('00'.repeat(64));
    for (const unknown of [
      '8006000600000a00',
      '8006000f00000500',
      '800603030904ff00',
      '0009020000000000',
      '010b010000000000',
      'a101000300004000',
      'a103000000000100',
      'c000000000000100',
    ])
      expect(await hex(unknown), unknown).toBe(-32);
    await client.detach();
  });

  it('accept a report by SET_REPORT and return one by GET_REPORT', async () => {
    const { client } = await attachKey();
    const [init] = fragment(0xffff_ffff, 0x06, new Uint8Array(8).fill(3)) as [Uint8Array];
    expect(await client.control('2109000200004000', init)).toMatchObject({ status: 0, actual: 64 });
    const { data } = await client.control('a101000100004000');
    expect(toHex(data.subarray(0, 15))).toBe(`ffffffff860011${'03'.repeat(8)}`);
    expect((await client.control('2109000200003f00', init.subarray(1))).status).toBe(-32);
    expect((await client.control('2109000300004000', init)).status).toBe(-32);
    await client.detach();
  });

  it('enumerate a FIDO device in the way Linux does', async () => {
    const { client } = await attachKey('touchstone-key');
    const { strings, reportDescriptor } = await client.enumerate();
    expect(strings).toEqual(['Touchstone plain CTAP 2.1 key', 'Touchstone']);
    expect(reportDescriptor.subarray(0, 5)).toEqual(Buffer.from(fromHex('06d0f10901')));
    await client.detach();
  });
});

describe('interrupt transfers', () => {
  it('wait for a report and can be unlinked', async () => {
    const { client } = await attachKey();
    const first = client.submit();
    const second = client.submit();
    expect(await client.unlink(first.sequence)).toBe(-104);
    expect(await client.unlink(first.sequence), 'no longer pending').toBe(0);
    const [init] = fragment(0xffff_ffff, 0x06, new Uint8Array(8)) as [Uint8Array];
    expect(await client.submit({ isIn: false, data: init }).completed).toMatchObject({ status: 0, actual: 64 });
    expect((await second.completed).data).toHaveLength(64);
    expect(await client.unlink(second.sequence)).toBe(0);
    await client.detach();
  });

  it('queue reports without a pending transfer and drop the oldest when there are too many', async () => {
    const { client } = await attachKey();
    const [ping] = fragment(1, 0x01, new Uint8Array(1)) as [Uint8Array];
    for (let count = 0; count < 200; count++) void client.submit({ isIn: false, data: ping });
    await client.control('8000000000000200');
    const [, ...rest] = await Promise.all(Array.from({ length: 160 }, () => client.submit({}).completed));
    expect(rest.every(({ data }) => data[4] === 0xbf)).toBe(true);
    const another = client.submit();
    expect(await client.unlink(another.sequence), 'no report is left').toBe(-104);
    await client.detach();
  });

  it('stall on an endpoint that does not exist', async () => {
    const { client } = await attachKey();
    expect((await client.submit({ endpoint: 2 }).completed).status).toBe(-32);
    expect((await client.submit({ endpoint: 2, isIn: false, data: new Uint8Array(64) }).completed).status).toBe(-32);
    await client.detach();
  });
});

describe('a protocol violation closes the connection and has no other effect', () => {
  const urb = (...numbers: number[]) =>
    concat(...numbers.map((each) => uint(each, 4)), new Uint8Array(48 - 4 * numbers.length));
  const devId = 0x1_0002;
  it.each([
    ['an unsupported version', fromHex('0106800500000000'), false],
    ['an unknown operation', fromHex('0111800700000000'), false],
    ['a device that was not imported', urb(1, 1, 0x1_0003, 0, 0), true],
    ['an unknown command', urb(9, 1, devId, 0, 0), true],
    ['an invalid direction', urb(1, 1, devId, 2, 0), true],
    ['a transfer of 4 GB', urb(1, 1, devId, 0, 1, 0, 0xffff_fff0), true],
    ['isochronous packets', urb(1, 1, devId, 1, 1, 0, 64, 0, 7), true],
    ['a repeated sequence number', concat(urb(1, 1, devId, 1, 1, 0, 64), urb(1, 1, devId, 1, 1, 0, 64)), true],
    [
      'too many pending transfers',
      concat(...Array.from({ length: 65 }, (_, at) => urb(1, at, devId, 1, 1, 0, 64))),
      true,
    ],
  ])('%s', async (_what, bytes, afterImport) => {
    const { port } = await serveKeys();
    const request = afterImport ? concat(importRequest('1-1'), bytes) : bytes;
    const answer = await exchangeOnce(port, request);
    expect(answer).toHaveLength(afterImport ? 320 : 0);
    const client = await UsbIpClient.attach(port, '1-1');
    await using device = await openCtapHid(client.open());
    expect((await device.transact(getInfo))[0]).toBe(0);
    await client.detach();
  });
});

describe('the connection', () => {
  it('accepts bytes that arrive one by one', async () => {
    const { port } = await serveKeys();
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    for (const byte of devlist) socket.write(new Uint8Array([byte]));
    const chunks: Buffer[] = [];
    for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
    expect(Buffer.concat(chunks)).toHaveLength(12 + 316);
  });
});

it('reports a port that is in use', async () => {
  const { port } = await serveKeys();
  const second = serveUsbIp([toServe(createAuthenticator({ persona: 'solo' }))], { port });
  await expect(second).rejects.toMatchObject({
    kind: 'unavailable',
    message: `Cannot listen on usbip:127.0.0.1:${port}: the port is in use`,
  });
});
