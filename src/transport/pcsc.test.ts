/** Cards over PC/SC: through a pcscd that the test plays, and through the real one with a virtual reader where the machine has them. */
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { AdjustableClock, type Clock } from '#base/clock.ts';
import { createAuthenticator, insertCard, ManualGestures } from '#emulator';
import { startPcscd } from '../../emulator/transports/testing/pcscd.ts';
import { pcscOver } from './pcsc.ts';
import { openDevice } from './registry.ts';
import { type DeviceUnderContract, deviceContract } from './testing/device-contract.ts';
import { fakePcscd } from './testing/fake-pcscd.ts';

function key() {
  const gestures = new ManualGestures();
  const authenticator = createAuthenticator({ persona: 'touchstone-key', gestures });
  return { authenticator, touch: () => gestures.touch(), whenWaiting: () => gestures.whenAsked() };
}

/** Whoever sleeps on it finds the time gone. */
const impatient = (clock: AdjustableClock): Clock => ({
  now: () => clock.now(),
  monotonic: () => clock.monotonic(),
  sleep: async (ms) => void clock.advance(ms),
});

deviceContract('PC/SC', async (): Promise<DeviceUnderContract> => {
  const { authenticator, ...hands } = key();
  const slot = insertCard(authenticator);
  const device = await pcscOver(fakePcscd({ slot })).open('Reader: one');
  return { device, ...hands, unplug: () => slot.unplug() };
});

describe('PC/SC', () => {
  const slot = () => insertCard(key().authenticator);

  test('lists readers with a card on them', async () => {
    const pcscd = fakePcscd({ slot: slot() });
    expect(await pcscOver(pcscd).list()).toEqual([{ address: 'pcsc:Reader: one', product: 'card on Reader: one' }]);
    expect(await pcscOver(fakePcscd({})).list()).toEqual([]);
  });

  test('without a service nothing is listed, and opening says what helps', async () => {
    const transport = pcscOver({ open: () => connect(join(tmpdir(), 'touchstone-no-pcscd')) });
    expect(await transport.list()).toEqual([]);
    const helps = { kind: 'unavailable', message: expect.stringMatching(/start pcscd/) };
    await expect(transport.open('')).rejects.toMatchObject(helps);
  });

  test.each([
    ['a card that another program has', { results: { connect: 0x8010000b } }, /another program uses the card/],
    ['a service that speaks another protocol', { results: { version: 0x8010001d } }, /another protocol/],
    ['an error that has no name here', { results: { connect: 0x80100001 } }, /error 0x80100001/],
    ['a service that closes the connection', { closesAt: 'connect' as const }, /closed the connection/],
  ])('%s is told', async (_, faults, message) => {
    const opened = pcscOver(fakePcscd({ slot: slot(), ...faults })).open('');
    await expect(opened).rejects.toMatchObject({ kind: 'unavailable', message: expect.stringMatching(message) });
  });

  test('a reader without a card is waited for, and the others are named', async () => {
    const clock = new AdjustableClock();
    const opened = pcscOver({ ...fakePcscd({ slot: slot() }), clock: impatient(clock) }).open('Another');
    await expect(opened).rejects.toMatchObject({
      kind: 'unavailable',
      message: 'cannot open pcsc:Another: no card lies on Another; there is one on Reader: one',
    });
  });

  test('a response longer than any is not waited for', async () => {
    const device = pcscOver(fakePcscd({ slot: slot(), announces: 0x7fff_ffff })).open('');
    await expect(device).rejects.toMatchObject({
      name: 'TransportError',
      message: expect.stringMatching(/2147483647/),
    });
  });

  test('says whether a card has contacts, and gives everything back', async () => {
    const pcscd = fakePcscd({ slot: slot(), atr: '3bfc1300008131fe15597562696b65794e454f7233e1' });
    const device = await pcscOver(pcscd).open('');
    expect(device.transport).toBe('smart-card');
    await device[Symbol.asyncDispose]();
    expect(pcscd.heard.at(-1)).toBe('disconnect');
  });
});

const pcscd = await startPcscd();
if (typeof pcscd === 'string') {
  console.info(`skipped: the contract over pcscd, because ${pcscd}`);
  describe.skip(`pcscd and vpcd (${pcscd})`, () => test('the contract', () => undefined));
} else {
  afterAll(() => pcscd[Symbol.asyncDispose]());
  deviceContract('A card on the virtual reader of pcscd', async (): Promise<DeviceUnderContract> => {
    const { authenticator, ...hands } = key();
    const served = await pcscd.lay(authenticator);
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
    // After a card pulled during a command, this reader is slow to take the next one: that is played above.
    return { device, ...hands };
  });
}
