import { describe, expect, test } from 'vitest';
import { concat } from '#base/bytes.ts';
import { defined } from '#base/testing/defined.ts';
import { autoTouch, createAuthenticator, ManualGestures, plugIn } from '#emulator';
import { encodeStatusResponse, type StatusWord } from '#protocol/apdu.ts';
import { type CborValue, encode } from '#protocol/cbor.ts';
import { TransportError } from '#protocol/errors.ts';
import { ctapStatus } from '#protocol/status.ts';
import { encodeU2fAuthenticate, encodeU2fRegister } from '#protocol/u2f.ts';
import type { CtapDevice } from '#transport/device.ts';
import { TouchWatch } from './touch-watch.ts';

const selection = new Uint8Array([0x0b]);
const getInfo = new Uint8Array([0x04]);
const neverAborted = new AbortController().signal;

function setUp() {
  const gestures = new ManualGestures();
  const watch = new TouchWatch();
  const device = watch.watch(plugIn(createAuthenticator({ persona: 'touchstone-key', gestures })));
  return { gestures, watch, device };
}

/** Answers every command with OK and sends no keepalives, like a key on a smart card reader. */
const deviceOnReader: CtapDevice = {
  name: 'pcsc:reader',
  transport: 'nfc',
  capabilities: { wink: false, cbor: true, nmsg: true },
  transact: async () => new Uint8Array([0]),
  [Symbol.asyncDispose]: async () => undefined,
};

const getAssertion = (options: Record<string, CborValue>) =>
  concat(
    new Uint8Array([0x02]),
    encode(
      new Map<number, CborValue>([
        [1, 'localhost'],
        [2, new Uint8Array(32)],
        [5, new Map(Object.entries(options))],
      ]),
    ),
  );

describe('TouchWatch', () => {
  test('detects the request for a touch, and the touch', async () => {
    const { gestures, watch, device } = setUp();
    const answer = device.transact(selection);
    await watch.whenTouchRequested(neverAborted);
    const outcome = watch.takeRequest();
    gestures.touch();
    expect(await outcome).toBe('touched');
    expect((await answer)[0]).toBe(0);
  });

  test('reports a request as timed out if the key ends the command without a touch', async () => {
    const { gestures, watch, device } = setUp();
    const answer = device.transact(selection);
    await watch.whenTouchRequested(neverAborted);
    const outcome = watch.takeRequest();
    gestures.deny();
    expect(await outcome).toBe('timed-out');
    expect((await answer)[0]).toBe(ctapStatus.CTAP2_ERR_OPERATION_DENIED);
  });

  test('keeps a request that came before anything waited for it, once', async () => {
    const watch = new TouchWatch();
    const device = watch.watch(plugIn(createAuthenticator({ persona: 'touchstone-key', gestures: autoTouch })));
    await device.transact(selection);
    await watch.whenTouchRequested(neverAborted);
    expect(watch.takeRequest()).toBeUndefined();
    const aborted = AbortSignal.abort(new Error('Stopped'));
    await expect(watch.whenTouchRequested(aborted)).rejects.toThrow('Stopped');
  });

  test('keeps no waiter after its signal aborted, before or during the wait', async () => {
    const watch = new TouchWatch();
    await expect(watch.whenTouchRequested(AbortSignal.abort(new Error('Stopped')))).rejects.toThrow('Stopped');
    const abort = new AbortController();
    const waiting = watch.whenTouchRequested(abort.signal);
    expect(watch.waiting).toBe(1);
    abort.abort(new Error('Stopped later'));
    await expect(waiting).rejects.toThrow('Stopped later');
    expect(watch.waiting).toBe(0);
  });

  test.each<[string, Uint8Array, boolean]>([
    ['authenticatorSelection', selection, true],
    ['getAssertion', getAssertion({ uv: false }), true],
    ['getAssertion without user presence', getAssertion({ up: false }), false],
    ['getInfo', getInfo, false],
  ])('%s on a smart card reader counts as a touch only if it requires one', async (_, message, isTouch) => {
    const watch = new TouchWatch();
    await watch.watch(deviceOnReader).transact(message);
    const requested = watch.whenTouchRequested(AbortSignal.timeout(0)).then(
      () => true,
      () => false,
    );
    expect(await requested).toBe(isTouch);
  });

  test('drops the request of a command that was cancelled', async () => {
    const { gestures, watch, device } = setUp();
    const abort = new AbortController();
    const cancelled = device.transact(selection, { signal: abort.signal });
    await watch.whenTouchRequested(neverAborted);
    abort.abort();
    await cancelled;
    const answer = device.transact(selection);
    await watch.whenTouchRequested(neverAborted);
    const outcome = watch.takeRequest();
    gestures.touch();
    expect(await outcome).toBe('touched');
    expect((await answer)[0]).toBe(0);
  });

  test('ends a request together with its command', async () => {
    const { watch, device } = setUp();
    const abort = new AbortController();
    const answer = device.transact(selection, { signal: abort.signal });
    await watch.whenTouchRequested(neverAborted);
    const outcome = watch.takeRequest();
    abort.abort();
    await outcome;
    expect((await answer)[0]).not.toBe(0);
  });

  describe('over U2F', () => {
    const register = encodeU2fRegister(new Uint8Array(32), new Uint8Array(32));
    /** Returns a device that answers U2F commands with these status words. */
    const u2fDevice = (...answers: (StatusWord | Error)[]): CtapDevice => ({
      ...deviceOnReader,
      async transactU2f() {
        const answer = answers.shift() ?? new Error('No answer left');
        if (answer instanceof Error) throw answer;
        return encodeStatusResponse(answer);
      },
    });
    const send = (device: CtapDevice, apdu = register) => defined(device.transactU2f)(apdu);

    test('the key requests a touch until it was touched', async () => {
      const watch = new TouchWatch();
      const waiting = 'SW_CONDITIONS_NOT_SATISFIED';
      const device = watch.watch(u2fDevice(waiting, waiting, 'SW_NO_ERROR'));
      await send(device);
      const outcome = watch.takeRequest();
      await send(device);
      expect(watch.takeRequest()).toBeUndefined();
      await send(device);
      expect(await outcome).toBe('touched');
    });

    test('a key that was touched before its first answer counts as touched', async () => {
      const watch = new TouchWatch();
      await send(watch.watch(u2fDevice('SW_NO_ERROR')));
      await watch.whenTouchRequested(neverAborted);
      expect(watch.takeRequest()).toBeUndefined();
    });

    test.each<[string, StatusWord | Error]>([
      ['is refused', 'SW_WRONG_DATA'],
      ['is cut off', new TransportError('disconnected', 'gone')],
    ])('a request whose command %s has timed out', async (_case, end) => {
      const watch = new TouchWatch();
      const device = watch.watch(u2fDevice('SW_CONDITIONS_NOT_SATISFIED', end));
      await send(device);
      const outcome = watch.takeRequest();
      await send(device).catch(() => undefined);
      expect(await outcome).toBe('timed-out');
    });

    test('the check of a key handle requests no touch', async () => {
      const watch = new TouchWatch();
      const check = encodeU2fAuthenticate({
        control: 'checkOnly',
        challenge: new Uint8Array(32),
        application: new Uint8Array(32),
        keyHandle: new Uint8Array(8),
      });
      await send(watch.watch(u2fDevice('SW_CONDITIONS_NOT_SATISFIED')), check);
      expect(watch.takeRequest()).toBeUndefined();
    });
  });
});
