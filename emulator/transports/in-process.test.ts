import { describe, expect, it } from 'vitest';
import { AdjustableClock } from '#base/clock.ts';
import { commands } from '#protocol/commands.ts';
import type { CtapDevice } from '#transport/device.ts';
import { createAuthenticator, ManualGestures, neverTouch, plugIn, touchAfter } from '../index.ts';
import { messageOf, registration, TestPlatform } from '../testing/test-platform.ts';

const getInfo = messageOf('authenticatorGetInfo');
const makeCredential = messageOf(
  'authenticatorMakeCredential',
  commands.authenticatorMakeCredential.request.encode(registration({ options: { rk: true } })),
);
const [ok, cancelled, userActionTimeout, notAllowed] = [0x00, 0x2d, 0x2f, 0x30];

/** Everything that needs no time has happened. */
const settled = () => new Promise(setImmediate);

describe('gestures', () => {
  it('are announced at once and every 100 ms, and their end is reported', async () => {
    const clock = new AdjustableClock();
    const device = plugIn(createAuthenticator({ persona: 'touchstone-key', clock, gestures: touchAfter(250, clock) }));
    const heard: string[] = [];
    const answer = device.transact(makeCredential, { onKeepalive: (state) => heard.push(state) });
    await settled();
    expect(heard).toEqual(['upneeded']);
    for (let tick = 0; tick < 3; tick++) {
      clock.advance(100);
      await settled();
    }
    expect((await answer)[0]).toBe(ok);
    expect(heard.slice(0, 3)).toEqual(['upneeded', 'upneeded', 'upneeded']);
    expect(heard.filter((state) => state === 'processing')).toHaveLength(1);
    expect(heard.at(-1)).toBe('processing');
  });

  it('end after 30 seconds with nobody there', async () => {
    const clock = new AdjustableClock();
    const device = plugIn(createAuthenticator({ persona: 'touchstone-key', clock, gestures: neverTouch }));
    const answer = device.transact(makeCredential);
    await settled();
    clock.advance(30_000);
    expect((await answer)[0]).toBe(userActionTimeout);
  });

  it('end when the host cancels, and leave nothing behind', async () => {
    const authenticator = createAuthenticator({ persona: 'touchstone-key', gestures: neverTouch });
    const cancel = new AbortController();
    const answer = plugIn(authenticator).transact(makeCredential, { signal: cancel.signal });
    cancel.abort();
    expect((await answer)[0]).toBe(cancelled);
    expect(authenticator.inspect().credentials).toEqual([]);
  });

  it('come one command at a time', async () => {
    const gestures = new ManualGestures();
    const authenticator = createAuthenticator({ persona: 'touchstone-key', gestures });
    const first = authenticator.process(makeCredential);
    expect((await authenticator.process(getInfo))[0], 'CTAP1_ERR_CHANNEL_BUSY').toBe(0x06);
    gestures.touch();
    expect((await first)[0]).toBe(ok);
    expect((await authenticator.process(getInfo))[0]).toBe(ok);
  });

  it('whenAsked ends with its signal', async () => {
    const reason = new Error('enough');
    await expect(new ManualGestures().whenAsked(AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe('the cable', () => {
  it('pulled during a command: nothing is stored, nothing answers until it is back', async () => {
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
  ] as const)('pulled by plan at %o leaves %i credentials', async (when, stored) => {
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

  it('keeps silent by plan until the host gives up', async () => {
    const authenticator = createAuthenticator({ persona: 'touchstone-key' });
    authenticator.faults.plan({ at: 'authenticatorGetInfo', do: 'silence' });
    const device = plugIn(authenticator);
    const patience = new AbortController();
    const answer = device.transact(getInfo, { signal: patience.signal });
    await settled();
    patience.abort();
    await expect(answer).rejects.toMatchObject({ kind: 'timeout' });
    expect((await device.transact(getInfo))[0]).toBe(ok);
  });

  it('answers half, or with a planned status', async () => {
    const authenticator = createAuthenticator({ persona: 'touchstone-key' });
    const device = plugIn(authenticator);
    const whole = await device.transact(getInfo);
    authenticator.faults.plan({ at: 'authenticatorGetInfo', do: 'truncate' });
    authenticator.faults.plan({ at: 'authenticatorGetInfo', do: { status: 'CTAP2_ERR_PROCESSING' } });
    expect(await device.transact(getInfo)).toEqual(whole.slice(0, Math.ceil(whole.length / 2)));
    expect(await device.transact(getInfo)).toEqual(new Uint8Array([0x21]));
  });

  it('carries copies: nobody can change a message that is on its way', async () => {
    const gestures = new ManualGestures();
    const message = makeCredential.slice();
    const answer = plugIn(createAuthenticator({ persona: 'touchstone-key', gestures })).transact(message);
    message.fill(0);
    gestures.touch();
    expect((await answer)[0]).toBe(ok);
  });
});

describe('reset', () => {
  it('works within 10 seconds of power-up, and forgets everything', async () => {
    const clock = new AdjustableClock();
    const authenticator = createAuthenticator({ persona: 'touchstone-key', clock, pin: '1234', retries: 3 });
    const platform = new TestPlatform(authenticator);
    const { token } = await platform.pinToken(2, '1234', { permissions: 1, rpId: 'example.com' });
    const { response } = await platform.makeCredential({ options: { rk: true }, ...platform.proof(2, token!) });
    expect(response.fmt).toBe('packed');
    clock.advance(10_001);
    expect((await authenticator.process(messageOf('authenticatorReset')))[0]).toBe(notAllowed);
    expect(authenticator.inspect()).toMatchObject({ pin: 'set', credentials: [{ userName: 'alice' }] });
    authenticator.powerCycle();
    expect((await authenticator.process(messageOf('authenticatorReset')))[0]).toBe(ok);
    expect(authenticator.inspect()).toMatchObject({ pin: 'unset', pinRetries: 8, credentials: [], signCounter: 0 });
  });

  it('makes credentials that live only in their ids void', async () => {
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
  it('is answered by a touch, and only where CTAP 2.1 is', async () => {
    const selection = messageOf('authenticatorSelection');
    const statusOf = async (persona: 'touchstone-key' | 'google-titan-v2') =>
      (await plugIn(createAuthenticator({ persona })).transact(selection))[0];
    expect(await statusOf('touchstone-key')).toBe(ok);
    expect(await statusOf('google-titan-v2'), 'CTAP1_ERR_INVALID_COMMAND').toBe(0x01);
  });
});
