/** In-process device: gestures and keepalives, unplugging, planned faults, reset. */
import { describe, expect, it } from 'vitest';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { commands } from '#protocol/commands.ts';
import type { CtapDevice } from '#transport/device.ts';
import { createAuthenticator, ManualGestures, neverTouch, plugIn, touchAfter } from '../index.ts';
import { encodeCommand, makeCredentialRequest, TestPlatform } from '../testing/test-platform.ts';

const getInfo = encodeCommand('authenticatorGetInfo');
const makeCredential = encodeCommand(
  'authenticatorMakeCredential',
  commands.authenticatorMakeCredential.request.encode(makeCredentialRequest({ options: { rk: true } })),
);
const [ok, operationDenied, cancelled, userActionTimeout, notAllowed] = [0x00, 0x27, 0x2d, 0x2f, 0x30];

/** Resolves when everything that needs no timer has happened. */
const settled = () => new Promise(setImmediate);

describe('gestures', () => {
  it('are reported by a keepalive at once and every 100 ms, and so is their end', async () => {
    const clock = new ManualClock();
    const device = plugIn(createAuthenticator({ persona: 'touchstone-key', clock, gestures: touchAfter(250, clock) }));
    const keepalives: string[] = [];
    const answer = device.transact(makeCredential, { onKeepalive: (state) => keepalives.push(state) });
    await settled();
    expect(keepalives).toEqual(['upneeded']);
    for (let tick = 0; tick < 3; tick++) {
      clock.advance(100);
      await settled();
    }
    expect((await answer)[0]).toBe(ok);
    expect(keepalives.slice(0, 3)).toEqual(['upneeded', 'upneeded', 'upneeded']);
    expect(keepalives.filter((state) => state === 'processing')).toHaveLength(1);
    expect(keepalives.at(-1)).toBe('processing');
  });

  it.each([
    ['makeCredential of a reference persona with 0x27', 'touchstone-key', makeCredential, operationDenied],
    ['makeCredential of a real key with 0x2f', 'yubikey-5-nfc', makeCredential, userActionTimeout],
    ['selection with 0x2f', 'touchstone-key', encodeCommand('authenticatorSelection'), userActionTimeout],
  ] as const)('time out after 30 seconds: %s', async (_title, persona, message, status) => {
    const clock = new ManualClock();
    const device = plugIn(createAuthenticator({ persona, clock, gestures: neverTouch }));
    const answer = device.transact(message);
    await settled();
    clock.advance(30_000);
    expect((await answer)[0]).toBe(status);
  });

  it('end when the host cancels the command, and no credential is stored', async () => {
    const authenticator = createAuthenticator({ persona: 'touchstone-key', gestures: neverTouch });
    const cancel = new AbortController();
    const answer = plugIn(authenticator).transact(makeCredential, { signal: cancel.signal });
    cancel.abort();
    expect((await answer)[0]).toBe(cancelled);
    expect(authenticator.inspect().credentials).toEqual([]);
  });

  it('belong to one command at a time', async () => {
    const gestures = new ManualGestures();
    const authenticator = createAuthenticator({ persona: 'touchstone-key', gestures });
    const first = authenticator.process(makeCredential);
    expect((await authenticator.process(getInfo))[0], 'CTAP1_ERR_CHANNEL_BUSY').toBe(0x06);
    gestures.touch();
    expect((await first)[0]).toBe(ok);
    expect((await authenticator.process(getInfo))[0]).toBe(ok);
  });

  it('whenAsked rejects with the reason of its signal', async () => {
    const reason = new Error('aborted by the test');
    await expect(new ManualGestures().whenAsked(AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe('the plug', () => {
  it('unplugged during a command: no credential is stored, and the key answers only after it is plugged in again', async () => {
    const gestures = new ManualGestures();
    const authenticator = createAuthenticator({ persona: 'touchstone-key', gestures });
    const device = plugIn(authenticator);
    device satisfies CtapDevice;
    const answer = device.transact(makeCredential);
    await gestures.whenAsked();
    device.unplug();
    device.replug();
    expect((await device.transact(getInfo))[0], 'at once').toBe(ok);
    device.unplug();
    await expect(answer).rejects.toMatchObject({ name: 'TransportError', kind: 'disconnected' });
    await expect(device.transact(getInfo)).rejects.toMatchObject({ kind: 'disconnected' });
    device.replug();
    gestures.touch();
    expect((await device.transact(makeCredential))[0]).toBe(ok);
    expect(authenticator.inspect().credentials).toHaveLength(1);
  });

  it.each([
    ['arrival', 0],
    [{ afterKeepalives: 1 }, 0],
    [{ afterKeepalives: 2 }, 0],
    ['before-answer', 1],
  ] as const)('unplugged by a planned fault at %o: %i credentials are stored', async (when, stored) => {
    const authenticator = createAuthenticator({ persona: 'touchstone-key' });
    const device = plugIn(authenticator);
    authenticator.faults.plan({ at: 'authenticatorMakeCredential', when, do: 'disconnect' });
    expect((await device.transact(getInfo))[0]).toBe(ok);
    await expect(device.transact(makeCredential)).rejects.toMatchObject({ kind: 'disconnected' });
    expect(device.plugged).toBe(false);
    device.replug();
    expect(authenticator.inspect().credentials).toHaveLength(stored);
    expect((await device.transact(makeCredential))[0]).toBe(ok);
  });
});

describe('a planned fault', () => {
  it('`silence` sends no answer until the host times out', async () => {
    const authenticator = createAuthenticator({ persona: 'touchstone-key' });
    authenticator.faults.plan({ at: 'authenticatorGetInfo', do: 'silence' });
    const device = plugIn(authenticator);
    const hostTimeout = new AbortController();
    const answer = device.transact(getInfo, { signal: hostTimeout.signal });
    await settled();
    hostTimeout.abort();
    await expect(answer).rejects.toMatchObject({ kind: 'timeout' });
    expect((await device.transact(getInfo))[0]).toBe(ok);
  });

  it('`truncate` sends half the answer, and a status replaces the answer', async () => {
    const authenticator = createAuthenticator({ persona: 'touchstone-key' });
    const device = plugIn(authenticator);
    const whole = await device.transact(getInfo);
    authenticator.faults.plan({ at: 'authenticatorGetInfo', do: 'truncate' });
    authenticator.faults.plan({ at: 'authenticatorGetInfo', do: { status: 'CTAP2_ERR_PROCESSING' } });
    expect(await device.transact(getInfo)).toEqual(whole.slice(0, Math.ceil(whole.length / 2)));
    expect(await device.transact(getInfo)).toEqual(new Uint8Array([0x21]));
  });
});

describe('messages', () => {
  it('are copied: a change after sending has no effect', async () => {
    const gestures = new ManualGestures();
    const message = makeCredential.slice();
    const answer = plugIn(createAuthenticator({ persona: 'touchstone-key', gestures })).transact(message);
    message.fill(0);
    gestures.touch();
    expect((await answer)[0]).toBe(ok);
  });
});

describe('reset', () => {
  it('is allowed within 10 seconds of power-up and erases everything', async () => {
    const clock = new ManualClock();
    const authenticator = createAuthenticator({ persona: 'touchstone-key', clock, pin: '1234', retries: 3 });
    const platform = new TestPlatform(authenticator);
    const { token } = await platform.pinToken(2, '1234', { permissions: 1, rpId: 'example.com' });
    const { response } = await platform.makeCredential({ options: { rk: true }, ...platform.pinUvAuth(2, token!) });
    expect(response.fmt).toBe('packed');
    clock.advance(10_001);
    expect((await authenticator.process(encodeCommand('authenticatorReset')))[0]).toBe(notAllowed);
    expect(authenticator.inspect()).toMatchObject({ pin: 'set', credentials: [{ userName: 'alice' }] });
    authenticator.powerCycle();
    expect((await authenticator.process(encodeCommand('authenticatorReset')))[0]).toBe(ok);
    expect(authenticator.inspect()).toMatchObject({ pin: 'unset', pinRetries: 8, credentials: [], signCounter: 0 });
  });

  it('invalidates credentials that are stored only in their ids', async () => {
    const platform = new TestPlatform(createAuthenticator({ persona: 'touchstone-key' }));
    const made = await platform.makeCredential();
    const id = made.response.authData.slice(55, 55 + 64);
    const allowList = [{ id, type: 'public-key' }];
    expect((await platform.getAssertion({ allowList })).status).toBe('CTAP2_OK');
    await platform.send('authenticatorReset');
    expect((await platform.getAssertion({ allowList })).status).toBe('CTAP2_ERR_NO_CREDENTIALS');
  });
});

describe('selection', () => {
  it('is answered after a touch by a CTAP 2.1 key, and rejected by a CTAP 2.0 key', async () => {
    const selection = encodeCommand('authenticatorSelection');
    const statusOf = async (persona: 'touchstone-key' | 'google-titan-v2') =>
      (await plugIn(createAuthenticator({ persona })).transact(selection))[0];
    expect(await statusOf('touchstone-key')).toBe(ok);
    expect(await statusOf('google-titan-v2'), 'CTAP1_ERR_INVALID_COMMAND').toBe(0x01);
  });
});
