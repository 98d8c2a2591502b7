/** Every authenticator that stays the same during a conformance run: emulated, at an address, and a key with an operator. */
import { afterEach, describe, expect, it } from 'vitest';
import { AdjustableClock } from '#base/clock.ts';
import { authenticatorCatalogue } from '#conformance/authenticator/catalogue.ts';
import {
  ActionFailed,
  type ConnectedAuthenticator,
} from '#conformance/authenticator/connected/connected-authenticator.ts';
import { connectedTargets } from '#conformance/authenticator/connected/connected-targets.ts';
import { connectedAuthenticatorContract } from '#conformance/authenticator/connected/testing/connected-authenticator-contract.ts';
import { runSuite } from '#conformance/authenticator/run-suite.ts';
import { autoTouch, createAuthenticator, ManualGestures, type SocketKey, serveTcp, serveUdp } from '#emulator';
import type { PlannedKey } from '#real-keys/resolve-devices.ts';
import { type ManualAction, type Operator, OperatorTimeout } from '#scenario/parties/operator.ts';
import { openDevice } from '#transport/registry.ts';
import { connectKey } from './connected-key.ts';
import { connectPersona } from './connected-persona.ts';
import { connectSelfTouchingDevice } from './self-touching-device.ts';

const persona = 'touchstone-large-blob';
const served: SocketKey[] = [];
afterEach(async () => {
  for (const key of served.splice(0)) await key[Symbol.asyncDispose]();
});

const plannedKey = (address: string): PlannedKey => ({
  selector: address,
  id: address,
  label: 'test key',
  address,
  aaguid: '',
  pin: { state: 'unset' },
  options: {},
  policy: { destroyCredentials: true, pinRetriesFloor: 3, mayBlockPin: true },
});

/** An operator who performs the actions on an emulated key; `refuses` names those that do not happen. */
function operatorOf(
  key: SocketKey,
  gestures: ManualGestures,
  clock: AdjustableClock,
  refuses: readonly ManualAction[],
): Operator {
  return {
    async perform(request, done) {
      if (refuses.includes(request.action)) throw new OperatorTimeout(request);
      if (request.action === 'touch') gestures.touch();
      if (request.action === 'keep-away') clock.advance(31_000);
      if (request.action === 'power-cycle') {
        key.unplug();
        setTimeout(() => key.replug(), 50);
      }
      await done;
    },
  };
}

async function connectTestKey(refuses: readonly ManualAction[] = [], serve: typeof serveTcp = serveTcp) {
  const clock = new AdjustableClock();
  const gestures = new ManualGestures();
  const key = await serve(createAuthenticator({ persona, gestures, clock }), { port: 0 });
  served.push(key);
  const operator = operatorOf(key, gestures, clock, refuses);
  const options = { operator, gestureTimeoutMs: 5_000, listDevices: async () => [], open: openDevice };
  return { key, connected: await connectKey({ ...options, key: plannedKey(key.name) }) };
}

async function connectSelfTouching() {
  const key = await serveUdp(createAuthenticator({ persona, gestures: autoTouch }), { port: 0 });
  served.push(key);
  return connectSelfTouchingDevice(plannedKey(key.name));
}

const all = ['touch', 'decline', 'absent', 'wait', 'wrong-finger'] as const;
connectedAuthenticatorContract('an emulated authenticator', all, () => connectPersona({ persona }));
connectedAuthenticatorContract('an emulated authenticator over UDP', all, () =>
  connectPersona({ persona, over: 'udp' }),
);
connectedAuthenticatorContract('an emulated authenticator over TCP', all, () =>
  connectPersona({ persona, over: 'tcp' }),
);
connectedAuthenticatorContract('a key with an operator', ['touch', 'absent', 'wait'], async () => {
  return (await connectTestKey()).connected;
});
connectedAuthenticatorContract('a device that touches itself', ['touch'], connectSelfTouching);

const requirements = (...ids: string[]) => authenticatorCatalogue.filter(({ id }) => ids.includes(id));

describe('a key with an operator', () => {
  it('has an inconclusive verdict if the operator does not touch it, and the run continues', async () => {
    const { connected } = await connectTestKey(['touch']);
    await using _closed = connected;
    const results = await runSuite(
      requirements('select.touch', 'getinfo.versions.present'),
      connectedTargets(connected),
    );
    expect(results).toMatchObject([
      { id: 'getinfo.versions.present', verdict: 'pass' },
      { id: 'select.touch', verdict: 'inconclusive', message: expect.stringContaining('did not perform touch') },
    ]);
  });

  it('rejects a power cycle that does not happen', async () => {
    const { connected } = await connectTestKey(['power-cycle']);
    await using _closed = connected;
    await expect(connected.powerCycle()).rejects.toThrow(ActionFailed);
  });

  it('has an inconclusive verdict while it is unplugged, and the run continues', async () => {
    const { key, connected } = await connectTestKey(['plug-in']);
    await using _closed = connected;
    const source = connectedTargets(connected);
    const ids = ['getinfo.versions.present', 'select.touch'];
    const results = await runSuite(requirements(...ids), source, { onResult: () => key.unplug() });
    expect(results.map(({ verdict }) => verdict)).toEqual(['pass', 'inconclusive']);
  });

  it('is touched for U2F, also after a command that stayed untouched', async () => {
    const { connected } = await connectTestKey();
    await using _closed = connected;
    const register = new Uint8Array([0x00, 0x01, 0x00, 0x00, 0x40, ...new Uint8Array(64)]);
    const send = async () => [...((await connected.device.transactU2f?.(register)) ?? [])].slice(-2);
    connected.setUser('absent');
    expect(await send()).toEqual([0x69, 0x85]);
    connected.setUser('touch');
    expect(await send()).toEqual([0x90, 0x00]);
  });

  it('does not decline, so that requirements about that are not applicable', async () => {
    const { connected } = await connectTestKey();
    await using _closed = connected;
    const [result] = await runSuite(requirements('select.declined'), connectedTargets(connected));
    expect(result).toMatchObject({ verdict: 'not-applicable', message: expect.stringContaining('decline') });
  });
});

describe('the CTAPHID reports of a device at an address', () => {
  const ids = ['hid.init.nonce', 'hid.ping.several-packets', 'hid.sequence.skipped', 'hid.keepalive.user-needed'];
  const run = async (authenticator: ConnectedAuthenticator) => {
    await using connected = authenticator;
    return await runSuite(requirements(...ids), connectedTargets(connected));
  };
  const notPassed = (results: Awaited<ReturnType<typeof run>>) => results.filter(({ verdict }) => verdict !== 'pass');

  it('are tested over UDP', async () => {
    const results = await run((await connectTestKey([], serveUdp)).connected);
    expect(results).toHaveLength(8);
    expect(notPassed(results)).toEqual([]);
  });

  it('are tested over UDP on a device that touches itself, as far as no request has to wait', async () => {
    const results = await run(await connectSelfTouching());
    expect(notPassed(results)).toMatchObject([{ id: 'hid.keepalive.user-needed', verdict: 'inconclusive' }]);
  });

  it('are not accessible over TCP, where a device has one connection', async () => {
    const results = await run((await connectTestKey()).connected);
    expect([...new Set(results.map(({ verdict }) => verdict))]).toEqual(['not-applicable']);
  });
});
