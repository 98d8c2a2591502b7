/** The authenticators of a case with a real key, tested with an emulated key behind a socket and an operator that acts at once. */
import { describe, expect, test } from 'vitest';
import { AdjustableClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { autoApproveUser } from '#client/auto-approve-user.ts';
import { create } from '#client/create.ts';
import { findKey } from '#real-keys/find-key.ts';
import { type KeyOptions, keyOnSocket, type SocketKey } from '#real-keys/testing/key-on-socket.ts';
import type { ExpandedCase } from '#scenario/language/expanded-case.ts';
import type { Authenticators } from '#scenario/parties/key-under-test.ts';
import type { ManualAction, Operator } from '#scenario/parties/operator.ts';
import { listDevices, openDevice } from '#transport/registry.ts';
import { provideRealAuthenticators } from './real-authenticators.ts';

const neverAborted = new AbortController().signal;

/** Returns an operator that performs every action at once, and the list of the actions. */
function createInstantOperator(key: SocketKey) {
  const performed: ManualAction[] = [];
  const operator: Operator = {
    async perform({ action }, done) {
      performed.push(action);
      if (action === 'unplug' || action === 'power-cycle') key.unplug();
      if (action === 'plug-in' || action === 'power-cycle') key.replug();
      await done;
    },
  };
  return { performed, operator };
}

interface Setup extends AsyncDisposable {
  key: SocketKey;
  performed: ManualAction[];
  pins: Record<string, string>;
  provide(authenticator: ExpandedCase['authenticator']): Promise<Authenticators>;
}

const foreignKey = { destroyCredentials: false, pinRetriesFloor: 3 };
const ownKey = { destroyCredentials: true, pinRetriesFloor: 3 };

async function setUp(options: KeyOptions, policy = foreignKey): Promise<Setup> {
  const key = await keyOnSocket({ over: 'tcp', ...options });
  const facts = await findKey(key.address, await listDevices(), { open: openDevice, modelName: () => undefined });
  const { performed, operator } = createInstantOperator(key);
  const pins: Record<string, string> = options.pin === undefined ? {} : { [facts.id]: options.pin };
  const provide = provideRealAuthenticators({ keys: [{ ...facts, policy }], pins, gestureTimeoutMs: 5_000 });
  const environment = {
    clock: new AdjustableClock(),
    random: systemRandom,
    elapsedMs: () => performance.now(),
    operator,
  };
  const location = { file: 'case.yaml', line: 1, column: 1 };
  return {
    key,
    performed,
    pins,
    provide: (authenticator) =>
      provide({ location, authenticator: { ...authenticator, device: key.address } } as ExpandedCase, environment),
    [Symbol.asyncDispose]: () => key[Symbol.asyncDispose](),
  };
}

async function register({ source }: Authenticators, pin: string): Promise<void> {
  await create(
    {
      rp: { name: 'Contoso' },
      user: { id: 'AQID', name: 'qa', displayName: 'QA' },
      challenge: 'AAAA',
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
      authenticatorSelection: { residentKey: 'required', authenticatorAttachment: 'cross-platform' },
    },
    {
      origin: 'https://contoso.test',
      authenticators: source,
      user: autoApproveUser({ pin }),
      clock: new AdjustableClock(),
      random: systemRandom,
    },
  );
}

describe('plugging a real key', () => {
  test('is requested from the operator once for each action', async () => {
    await using setup = await setUp({ pin: '864209' });
    await using authenticators = await setup.provide({ pin: { set: '1234' } });
    const { key, source } = authenticators;
    const changes: boolean[] = [];
    source.onChange(() => changes.push(source.list().length > 0));
    await key.disconnect(neverAborted);
    expect([key.connected, source.list()]).toEqual([false, []]);
    await key.connect(neverAborted);
    expect([key.connected, source.list().length]).toEqual([true, 1]);
    await key.powerCycle(neverAborted);
    expect(setup.performed).toEqual(['unplug', 'plug-in', 'power-cycle']);
    expect(changes).toEqual([false, true, false, true]);
    expect(authenticators.blockingReason()).toBeUndefined();
    expect(authenticators.wire()).toEqual([]);
  });

  test('unplugs the key before a case with connected: false', async () => {
    await using setup = await setUp({ pin: '864209' });
    await using authenticators = await setup.provide({ pin: { set: '1234' }, connected: false });
    expect([authenticators.key.connected, setup.performed]).toEqual([false, ['unplug']]);
  });

  test('plugs in a key that an earlier case left unplugged', async () => {
    await using setup = await setUp({ pin: '864209' });
    setup.key.unplug();
    await using authenticators = await setup.provide({ pin: { set: '1234' } });
    expect([authenticators.key.connected, setup.performed]).toEqual([true, ['plug-in']]);
  });

  test('sets a blocking reason when the key is unplugged without a request', async () => {
    await using setup = await setUp({ pin: '864209' });
    await using authenticators = await setup.provide({ pin: { set: '1234' } });
    setup.key.unplug();
    await expect(authenticators.source.list()[0]?.device.transact(new Uint8Array([4]))).rejects.toMatchObject({
      kind: 'disconnected',
    });
    expect(authenticators.blockingReason()).toMatchObject({ kind: 'gone' });
    expect(authenticators.failureSignal.aborted).toBe(true);
    expect(await authenticators.key.observe()).toEqual({});
  });
});

describe('credentials of a case on a real key', () => {
  test('are listed with the PIN of the key and deleted after the case', async () => {
    await using setup = await setUp({ pin: '864209' });
    await using authenticators = await setup.provide({ pin: { set: '1234' } });
    const { key } = authenticators;
    await register(authenticators, key.resolvePin('1234', 'enter'));
    const sent = authenticators.wire().length;
    const [kept] = setup.key.authenticator.inspect().credentials;
    expect(await key.observe()).toEqual({
      pin: 'set',
      pinRetries: 8,
      needsPowerCycle: false,
      credentials: [{ credentialId: kept?.credentialId, rpId: 'contoso.test', discoverable: true }],
    });
    expect(await authenticators.cleanUp()).toMatchObject([
      { event: 'credential.removed', detail: { rpId: 'contoso.test' } },
    ]);
    expect(setup.key.authenticator.inspect().credentials).toEqual([]);
    expect(authenticators.wire()).toHaveLength(sent);
    expect(authenticators.secrets).toEqual(['864209']);
  });

  test('are deleted with the PIN of the key after a wrong PIN was entered', async () => {
    await using setup = await setUp({ pin: '864209' });
    await using authenticators = await setup.provide({ pin: { set: '1234' } });
    await register(authenticators, '864209');
    expect(authenticators.key.resolvePin('5555', 'change')).toBe('5555');
    expect(await authenticators.cleanUp()).toMatchObject([{ event: 'credential.removed' }]);
    expect(setup.key.authenticator.inspect().pinRetries).toBe(8);
  });

  test('are deleted after the key was unplugged and plugged in again', async () => {
    await using setup = await setUp({ pin: '864209' });
    await using authenticators = await setup.provide({ pin: { set: '1234' } });
    await register(authenticators, '864209');
    await authenticators.key.disconnect(neverAborted);
    await authenticators.key.connect(neverAborted);
    expect(await authenticators.cleanUp()).toMatchObject([{ event: 'credential.removed' }]);
    expect(setup.key.authenticator.inspect().credentials).toEqual([]);
  });

  test('are reported as remaining when the key is not plugged in at the end', async () => {
    await using setup = await setUp({ pin: '864209' });
    await using authenticators = await setup.provide({ pin: { set: '1234' } });
    await register(authenticators, '864209');
    await authenticators.key.disconnect(neverAborted);
    expect(await authenticators.cleanUp()).toMatchObject([
      { event: 'credential.stays', detail: { why: 'the key is not plugged in' } },
    ]);
  });
});

describe('preparing a real key for a case', () => {
  test('resets a key whose owner allows it to remove the PIN, after a power cycle', async () => {
    await using setup = await setUp({ pin: '864209' }, ownKey);
    await using authenticators = await setup.provide({ pin: 'unset' });
    expect(setup.performed).toEqual(['power-cycle']);
    expect(setup.key.authenticator.inspect().pin).toBe('unset');
    expect(await authenticators.cleanUp()).toMatchObject([{ event: 'key.reset' }]);
    expect(setup.pins).toEqual({});
  });

  test('sets the PIN of the scenario on a key without PIN, and the next case uses it', async () => {
    await using setup = await setUp({}, ownKey);
    {
      await using authenticators = await setup.provide({ pin: { set: '1234' } });
      expect(await authenticators.cleanUp()).toMatchObject([{ event: 'key.pin-set' }]);
    }
    await using next = await setup.provide({ pin: { set: '5678' } });
    expect(next.key.resolvePin('5678', 'enter')).toBe('1234');
    expect(setup.performed).toEqual([]);
  });

  test('sends nothing and requests nothing when the owner has not allowed a reset', async () => {
    await using setup = await setUp({ pin: '864209' });
    await expect(setup.provide({ pin: 'unset' })).rejects.toMatchObject({
      name: 'RefusedError',
      message: expect.stringMatching(/a reset deletes every credential, which is not allowed for this key$/),
    });
    expect(setup.key.arrived.filter((message) => message.startsWith('07'))).toEqual([]);
    expect(setup.performed).toEqual([]);
  });
});
