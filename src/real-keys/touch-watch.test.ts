import { describe, expect, test } from 'vitest';
import { concat } from '#base/bytes.ts';
import { autoTouch, createAuthenticator, ManualGestures, plugIn } from '#emulator';
import { type CborValue, encode } from '#protocol/cbor.ts';
import { ctapStatus } from '#protocol/status.ts';
import type { CtapDevice } from '#transport/device.ts';
import { TouchWatch } from './touch-watch.ts';

const selection = new Uint8Array([0x0b]);
const getInfo = new Uint8Array([0x04]);
const never = new AbortController().signal;

function keyTouchedByHand() {
  const hands = new ManualGestures();
  const watch = new TouchWatch();
  const device = watch.over(plugIn(createAuthenticator({ persona: 'touchstone-key', gestures: hands })));
  return { hands, watch, device };
}

/** Answers everything with OK and says nothing meanwhile, as a key behind a reader does. */
const silent: CtapDevice = {
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

describe('a touch', () => {
  test('is heard when the key asks, and felt when it goes on', async () => {
    const { hands, watch, device } = keyTouchedByHand();
    const answer = device.transact(selection);
    await watch.whenAsked(never);
    const end = watch.take();
    hands.touch();
    expect(await end).toBe('felt');
    expect((await answer)[0]).toBe(0);
  });

  test('that nobody gives is given up by the key', async () => {
    const { hands, watch, device } = keyTouchedByHand();
    const answer = device.transact(selection);
    await watch.whenAsked(never);
    const end = watch.take();
    hands.deny();
    expect(await end).toBe('given-up');
    expect((await answer)[0]).toBe(ctapStatus.CTAP2_ERR_OPERATION_DENIED);
  });

  test('that came before anybody listened is remembered once', async () => {
    const watch = new TouchWatch();
    const device = watch.over(plugIn(createAuthenticator({ persona: 'touchstone-key', gestures: autoTouch })));
    await device.transact(selection);
    await watch.whenAsked(never);
    expect(watch.take()).toBeUndefined();
    await expect(watch.whenAsked(AbortSignal.abort(new Error('nobody asks')))).rejects.toThrow('nobody asks');
  });

  test.each<[string, Uint8Array, boolean]>([
    ['authenticatorSelection', selection, true],
    ['getAssertion', getAssertion({ uv: false }), true],
    ['getAssertion that wants none', getAssertion({ up: false }), false],
    ['getInfo', getInfo, false],
  ])('is the tap of a key behind a reader: %s', async (_what, message, isTouch) => {
    const watch = new TouchWatch();
    await watch.over(silent).transact(message);
    const asked = watch.whenAsked(AbortSignal.timeout(0)).then(
      () => true,
      () => false,
    );
    expect(await asked).toBe(isTouch);
  });

  test('is not remembered of a command that was cut off', async () => {
    const { hands, watch, device } = keyTouchedByHand();
    const abort = new AbortController();
    const cancelled = device.transact(selection, { signal: abort.signal });
    await watch.whenAsked(never);
    abort.abort();
    await cancelled;
    const answer = device.transact(selection);
    await watch.whenAsked(never);
    const end = watch.take();
    hands.touch();
    expect(await end).toBe('felt');
    expect((await answer)[0]).toBe(0);
  });

  test('that never comes ends with the command', async () => {
    const { watch, device } = keyTouchedByHand();
    const abort = new AbortController();
    const answer = device.transact(selection, { signal: abort.signal });
    await watch.whenAsked(never);
    const over = watch.take();
    abort.abort();
    await over;
    expect((await answer)[0]).not.toBe(0);
  });
});
