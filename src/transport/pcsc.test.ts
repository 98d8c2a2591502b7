/** Cards over PC/SC: through a library that the test plays, and through pcscd with a virtual reader where the machine has them. */
import { EventEmitter } from 'node:events';
import { afterAll, describe, expect, test } from 'vitest';
import { type CardSlot, createAuthenticator, insertCard, ManualGestures } from '#emulator';
import { fromHex } from '#protocol/bytes.ts';
import { startPcscd } from '../../emulator/transports/testing/pcscd.ts';
import { type DeviceUnderContract, deviceContract } from './device.contract.ts';
import { type PcscLibrary, pcscWith } from './pcsc.ts';
import { openDevice } from './registry.ts';

function key() {
  const gestures = new ManualGestures();
  const authenticator = createAuthenticator({ persona: 'touchstone-key', gestures });
  return { authenticator, touch: () => gestures.touch(), whenWaiting: () => gestures.whenAsked() };
}

const present = { has: (flag: number) => flag === 0x20 };
const coded = (code: string) => Object.assign(new Error(`[ ${code} ]`), { code });

/** The package with one reader; `slot` is the card on it. */
function library({
  slot,
  fails = {},
  atr = '3b80800101',
}: {
  slot?: CardSlot;
  fails?: { start?: string; connect?: string };
  atr?: string;
}) {
  const stopped: string[] = [];
  const card = {
    transmit: (apdu: Uint8Array) => slot!.transmit(apdu),
    state: async () => ({ atr: fromHex(atr) }),
    disconnect: async () => void stopped.push('card'),
  };
  class Client extends EventEmitter {
    start() {
      if (fails.start) throw coded(fails.start);
      const connect = async () => {
        if (fails.connect) throw coded(fails.connect);
        return card;
      };
      const reader = Object.assign(new EventEmitter(), { name: () => 'Reader: one', connect });
      setImmediate(() => {
        this.emit('reader', reader);
        if (slot) reader.emit('change', present);
      });
    }
    stop() {
      stopped.push('client');
    }
  }
  return { transport: pcscWith(async () => ({ Client }) as unknown as PcscLibrary), stopped };
}

deviceContract('PC/SC', async (): Promise<DeviceUnderContract> => {
  const { authenticator, ...hands } = key();
  const slot = insertCard(authenticator);
  return { device: await library({ slot }).transport.open('Reader: one'), ...hands, unplug: () => slot.unplug() };
});

describe('PC/SC', () => {
  const slot = () => insertCard(key().authenticator);

  test('lists readers with a card on them', async () => {
    const { transport, stopped } = library({ slot: slot() });
    expect(await transport.list()).toEqual([{ address: 'pcsc:Reader: one', product: 'card on Reader: one' }]);
    expect(stopped).toEqual(['client']);
  });

  test('without a service, or without the package, nothing is listed, and opening says what helps', async () => {
    const { transport } = library({ fails: { start: 'NoService' } });
    expect(await transport.list()).toEqual([]);
    await expect(transport.open('')).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/start pcscd/),
    });
    const absent = pcscWith(() => Promise.reject(new Error('no such package')));
    expect(await absent.list()).toEqual([]);
    await expect(absent.open('')).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/pcsc-mini/),
    });
  });

  test('a card that another program has is not taken', async () => {
    const { transport, stopped } = library({ slot: slot(), fails: { connect: 'SharingViolation' } });
    await expect(transport.open('')).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/another program/),
    });
    expect(stopped).toEqual(['client']);
  });

  test('says whether a card has contacts, and gives everything back', async () => {
    const { transport, stopped } = library({ slot: slot(), atr: '3bfc1300008131fe15597562696b65794e454f7233e1' });
    const device = await transport.open('');
    expect(device.transport).toBe('smart-card');
    await device[Symbol.asyncDispose]();
    expect(stopped).toEqual(['card', 'client']);
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
