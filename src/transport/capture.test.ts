import { describe, expect, test } from 'vitest';
import { defined } from '#base/testing/defined.ts';
import { createAuthenticator, ManualGestures, plugIn } from '#emulator';
import { TransportError } from '#protocol/errors.ts';
import type { WireExchange } from '#result/transcript.ts';
import { capture } from './capture.ts';
import type { CtapDevice } from './device.ts';
import { type DeviceUnderContract, deviceContract } from './testing/device-contract.ts';

function openEmulated(decorate: (device: CtapDevice) => CtapDevice): DeviceUnderContract {
  const gestures = new ManualGestures();
  const plugged = plugIn(createAuthenticator({ persona: 'touchstone-complete', gestures }));
  return {
    device: decorate(plugged),
    touch: () => gestures.touch(),
    whenWaiting: () => gestures.whenAsked(),
    unplug: () => plugged.unplug(),
  };
}

deviceContract('In-process device', async () => openEmulated((device) => device));
deviceContract('Device with capture', async () =>
  openEmulated((device) => capture(device, { elapsedMs: () => 0, record: () => undefined })),
);

describe('capture', () => {
  /** Returns a device that answers with `replies` in order. Every reading of its clock advances the time by 10 ms. */
  function createCaptured(...replies: (Uint8Array | Error)[]) {
    const exchanges: WireExchange[] = [];
    const sent: string[] = [];
    let now = 0;
    const reply = () => {
      const next = replies.shift() ?? new Error('No reply left');
      if (next instanceof Error) throw next;
      return next;
    };
    const inner: CtapDevice = {
      name: 'scripted:1',
      transport: 'usb',
      capabilities: { wink: false, cbor: true, nmsg: true },
      async transact(_message, { onKeepalive } = {}) {
        onKeepalive?.('processing');
        onKeepalive?.('upneeded');
        return reply();
      },
      transactU2f: async () => reply(),
      [Symbol.asyncDispose]: async () => undefined,
    };
    const device = capture(inner, {
      elapsedMs: () => (now += 10),
      record: (exchange) => exchanges.push(exchange),
      onSent: (name) => sent.push(name),
    });
    return { device, exchanges, sent };
  }
  const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

  test.each([
    ['04', '00a0', { command: 'authenticatorGetInfo', status: 'CTAP2_OK' }],
    [
      '06a2010202 02'.replace(' ', ''),
      '00',
      { command: 'authenticatorClientPIN', subCommand: 'getKeyAgreement', status: 'CTAP2_OK' },
    ],
    [
      '06a1020a',
      '3e',
      { command: 'authenticatorClientPIN', subCommand: '0x0a', status: 'CTAP2_ERR_INVALID_SUBCOMMAND' },
    ],
    ['06ff', '12', { command: 'authenticatorClientPIN', status: 'CTAP2_ERR_INVALID_CBOR' }],
    ['7f', '01', { command: '0x7f', status: 'CTAP1_ERR_INVALID_COMMAND' }],
    ['04', 'f3', { command: 'authenticatorGetInfo', status: '0xf3' }],
    ['', '', { command: 'empty' }],
  ])('records request %s with answer %s', async (request, response, names) => {
    const { device, exchanges } = createCaptured(hex(response));
    await device.transact(hex(request));
    expect(exchanges).toEqual([
      { atMs: 10, durationMs: 10, ...names, request, response, keepalives: ['processing', 'upneeded'] },
    ]);
  });

  test.each([
    ['00010000', '9000', { command: 'U2F_REGISTER', status: '0x9000' }],
    ['00020700', '6985', { command: 'U2F_AUTHENTICATE', status: '0x6985' }],
    ['00030000', '5532465f56329000', { command: 'U2F_VERSION', status: '0x9000' }],
    ['00400000', '6d00', { command: 'U2F', status: '0x6d00' }],
  ])('records U2F request %s with answer %s', async (request, response, names) => {
    const { device, exchanges, sent } = createCaptured(hex(response));
    await defined(device.transactU2f)(hex(request));
    expect(exchanges).toEqual([{ atMs: 10, durationMs: 10, ...names, request, response, keepalives: [] }]);
    expect(sent).toEqual([names.command]);
  });

  test('of a device without U2F messages has none either', () => {
    const plugged = plugIn(createAuthenticator({ persona: 'touchstone-key' }));
    expect(capture(plugged, { elapsedMs: () => 0, record: () => undefined }).transactU2f).toBeUndefined();
  });

  test('records a failure and rethrows it', async () => {
    const failure = new TransportError('disconnected', 'unplugged');
    const { device, exchanges } = createCaptured(failure);
    await expect(device.transact(hex('04'))).rejects.toBe(failure);
    expect(exchanges).toMatchObject([{ transportError: 'unplugged', request: '04' }]);
    expect(exchanges[0]).not.toHaveProperty('response');
  });

  test('marks exchanges with a remote device', async () => {
    const { device, exchanges } = createCaptured(hex('00'), hex('00'));
    const record = (exchange: WireExchange) => exchanges.push(exchange);
    const remote = capture({ ...device, remote: true }, { elapsedMs: () => 0, record });
    expect(remote.remote).toBe(true);
    await remote.transact(hex('04'));
    expect(exchanges.map((exchange) => exchange.remote)).toEqual([undefined, true]);
  });

  test('reports each sent command and passes keepalives on', async () => {
    const { device, sent } = createCaptured(hex('00'), hex('00'));
    const states: string[] = [];
    await device.transact(hex('0ba0'));
    await device.transact(hex('06a1020a'), { onKeepalive: (state) => states.push(state) });
    expect(sent).toEqual(['authenticatorSelection', 'authenticatorClientPIN/0x0a']);
    expect(states).toEqual(['processing', 'upneeded']);
  });
});
