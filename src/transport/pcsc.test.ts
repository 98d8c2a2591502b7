/** Smart cards over PC/SC: with a fake pcscd, and with the real pcscd and a virtual reader where they are installed. */
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { AdjustableClock, type Clock } from '#base/clock.ts';
import { createAuthenticator, insertCard, ManualGestures } from '#emulator';
import { startPcscd } from '../../emulator/transports/testing/pcscd.ts';
import { createPcscTransport } from './pcsc.ts';
import { openDevice } from './registry.ts';
import { type DeviceUnderContract, deviceContract } from './testing/device-contract.ts';
import { fakePcscd } from './testing/fake-pcscd.ts';

function createKey() {
  const gestures = new ManualGestures();
  const authenticator = createAuthenticator({ persona: 'touchstone-complete', gestures });
  return { authenticator, touch: () => gestures.touch(), whenWaiting: () => gestures.whenAsked() };
}

/** Returns a clock whose sleeps end at once and advance `clock`. */
const withInstantSleep = (clock: AdjustableClock): Clock => ({
  now: () => clock.now(),
  monotonic: () => clock.monotonic(),
  sleep: async (ms) => void clock.advance(ms),
});

deviceContract('PC/SC', async (): Promise<DeviceUnderContract> => {
  const { authenticator, ...gestures } = createKey();
  const slot = insertCard(authenticator);
  const device = await createPcscTransport(fakePcscd({ slot })).open('Reader: one');
  return { device, ...gestures, unplug: () => slot.unplug() };
});

describe('PC/SC', () => {
  const slot = () => insertCard(createKey().authenticator);

  test('lists readers with a card', async () => {
    const pcscd = fakePcscd({ slot: slot() });
    expect(await createPcscTransport(pcscd).list()).toEqual([
      { address: 'pcsc:Reader: one', product: 'card on Reader: one' },
    ]);
    expect(await createPcscTransport(fakePcscd({})).list()).toEqual([]);
  });

  test('lists no cards without pcscd, and explains how to start it on opening', async () => {
    const transport = createPcscTransport({ open: () => connect(join(tmpdir(), 'touchstone-no-pcscd')) });
    expect(await transport.list()).toEqual([]);
    const expected = { kind: 'unavailable', message: expect.stringMatching(/start pcscd/) };
    await expect(transport.open('')).rejects.toMatchObject(expected);
  });

  test.each([
    ['a card that another program uses', { results: { connect: 0x8010000b } }, /another program uses the card/],
    ['a service that uses another protocol version', { results: { version: 0x8010001d } }, /another protocol/],
    ['an unknown error', { results: { connect: 0x80100001 } }, /error 0x80100001/],
    ['a service that closes the connection', { closesAt: 'connect' as const }, /closed the connection/],
  ])('rejects opening with the reason: %s', async (_, faults, message) => {
    const opened = createPcscTransport(fakePcscd({ slot: slot(), ...faults })).open('');
    await expect(opened).rejects.toMatchObject({ kind: 'unavailable', message: expect.stringMatching(message) });
  });

  test('waits for a card on the named reader, then names readers with a card', async () => {
    const clock = new AdjustableClock();
    const opened = createPcscTransport({ ...fakePcscd({ slot: slot() }), clock: withInstantSleep(clock) }).open(
      'Another',
    );
    await expect(opened).rejects.toMatchObject({
      kind: 'unavailable',
      message: 'Cannot open pcsc:Another: no card on Another; found a card on Reader: one',
    });
  });

  test.each([
    ['has no answer to reset yet', 0x8010000f],
    ['does not answer to reset yet', 0x80100066],
    ['has no power yet', 0x80100067],
    ['is on a reader that is not ready', 0x80100010],
  ])('connects a card that %s as soon as it has started', async (_, result) => {
    const pcscd = fakePcscd({ slot: slot(), firstConnectResults: [result, result] });
    const clock = withInstantSleep(new AdjustableClock());
    const device = await createPcscTransport({ ...pcscd, clock }).open('');
    expect(pcscd.received.filter((command) => command === 'connect')).toHaveLength(3);
    await device[Symbol.asyncDispose]();
  });

  test.each([
    ['was removed', 0x80100069],
    ['is no longer on the reader', 0x8010000c],
    ['did not answer', 0x80100016],
    ['was reset', 0x80100068],
  ])('opens the next card if the one that pcscd still reports %s', async (_, result) => {
    const pcscd = fakePcscd({ slot: slot(), firstTransmitResults: [result, result] });
    const clock = withInstantSleep(new AdjustableClock());
    const device = await createPcscTransport({ ...pcscd, clock }).open('');
    expect(pcscd.received.filter((command) => command === 'disconnect')).toHaveLength(2);
    await device[Symbol.asyncDispose]();
  });

  test('reports why a card cannot be opened that does not answer in time', async () => {
    const pcscd = fakePcscd({ slot: slot(), firstTransmitResults: Array.from({ length: 100 }, () => 0x80100016) });
    const clock = withInstantSleep(new AdjustableClock());
    await expect(createPcscTransport({ ...pcscd, clock }).open('')).rejects.toMatchObject({
      kind: 'unavailable',
      message: 'Cannot open a smart card: pcsc:Reader: one is gone: the card did not answer',
    });
  });

  test('reports why a card cannot be connected that does not start in time', async () => {
    const pcscd = fakePcscd({ slot: slot(), results: { connect: 0x8010000f } });
    const clock = withInstantSleep(new AdjustableClock());
    await expect(createPcscTransport({ ...pcscd, clock }).open('')).rejects.toMatchObject({
      kind: 'unavailable',
      message: 'Cannot open pcsc:Reader: one: the card offers neither T=0 nor T=1',
    });
  });

  test('rejects a response announced as longer than the maximum', async () => {
    const device = createPcscTransport(fakePcscd({ slot: slot(), announcedLength: 0x7fff_ffff })).open('');
    await expect(device).rejects.toMatchObject({
      name: 'TransportError',
      kind: 'framing',
      message: expect.stringMatching(/2147483647/),
    });
  });

  test('reports a card with contacts, and disconnects it on disposal', async () => {
    const pcscd = fakePcscd({ slot: slot(), atr: '3bfc1300008131fe15597562696b65794e454f7233e1' });
    const device = await createPcscTransport(pcscd).open('');
    expect(device.transport).toBe('smart-card');
    await device[Symbol.asyncDispose]();
    expect(pcscd.received.at(-1)).toBe('disconnect');
  });
});

const pcscd = await startPcscd();
if (typeof pcscd === 'string') {
  console.info(`Skipped the device contract over pcscd: ${pcscd}`);
  describe.skip(`pcscd and vpcd (${pcscd})`, () => test('device contract', () => undefined));
} else {
  afterAll(() => pcscd[Symbol.asyncDispose]());
  deviceContract('Card on the virtual reader of pcscd', async (): Promise<DeviceUnderContract> => {
    const { authenticator, ...gestures } = createKey();
    const served = await pcscd.insertKey(authenticator);
    const device = await openDevice(`pcsc:${pcscd.reader}`).catch(async (error) => {
      await served[Symbol.asyncDispose]();
      throw error;
    });
    const dispose = device[Symbol.asyncDispose].bind(device);
    Object.assign(device, {
      async [Symbol.asyncDispose]() {
        await dispose();
        await served[Symbol.asyncDispose]();
      },
    });
    // After a card is removed during a command, this reader is slow to accept the next card. The fake pcscd tests removal.
    return { device, ...gestures };
  });
}
