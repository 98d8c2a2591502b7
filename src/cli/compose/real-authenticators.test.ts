/** A key behind a socket, handled by an operator who does at once what is asked. */
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

const never = new AbortController().signal;

/** Does it, then waits until it shows. */
function obliging(key: SocketKey) {
  const asked: ManualAction[] = [];
  const operator: Operator = {
    async perform({ action }, done) {
      asked.push(action);
      if (action === 'unplug' || action === 'power-cycle') key.unplug();
      if (action === 'plug-in' || action === 'power-cycle') key.replug();
      await done;
    },
  };
  return { asked, operator };
}

interface Stage extends AsyncDisposable {
  key: SocketKey;
  asked: ManualAction[];
  pins: Record<string, string>;
  provide(authenticator: ExpandedCase['authenticator']): Promise<Authenticators>;
}

async function stage(options: KeyOptions, permit = { destroyCredentials: false, pinRetriesFloor: 3 }): Promise<Stage> {
  const key = await keyOnSocket({ over: 'tcp', ...options });
  const facts = await findKey(key.address, await listDevices(), { open: openDevice, modelName: () => undefined });
  const { asked, operator } = obliging(key);
  const pins: Record<string, string> = options.pin === undefined ? {} : { [facts.id]: options.pin };
  const provide = provideRealAuthenticators({ keys: [{ ...facts, policy: permit }], pins, gestureTimeoutMs: 5_000 });
  const seams = { clock: new AdjustableClock(), random: systemRandom, elapsedMs: () => performance.now(), operator };
  const location = { file: 'case.yaml', line: 1, column: 1 };
  return {
    key,
    asked,
    pins,
    provide: (authenticator) =>
      provide({ location, authenticator: { ...authenticator, device: key.address } } as ExpandedCase, seams),
    [Symbol.asyncDispose]: () => key[Symbol.asyncDispose](),
  };
}

const owned = { destroyCredentials: true, pinRetriesFloor: 3 };

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

describe('the cable of a real key', () => {
  test('is pulled and plugged in again by whoever is asked, once each', async () => {
    await using on = await stage({ pin: '864209' });
    await using authenticators = await on.provide({ pin: { set: '1234' } });
    const { key, source } = authenticators;
    const changes: boolean[] = [];
    source.onChange(() => changes.push(source.list().length > 0));
    await key.disconnect(never);
    expect([key.connected, source.list()]).toEqual([false, []]);
    await key.connect(never);
    expect([key.connected, source.list().length]).toEqual([true, 1]);
    await key.powerCycle(never);
    expect(on.asked).toEqual(['unplug', 'plug-in', 'power-cycle']);
    expect(changes).toEqual([false, true, false, true]);
    expect(authenticators.blockingReason()).toBeUndefined();
    expect(authenticators.wire()).toEqual([]);
  });

  test('is out when a case begins without', async () => {
    await using on = await stage({ pin: '864209' });
    await using authenticators = await on.provide({ pin: { set: '1234' }, connected: false });
    expect([authenticators.key.connected, on.asked]).toEqual([false, ['unplug']]);
  });

  test('that another case has left out is plugged in before the case begins', async () => {
    await using on = await stage({ pin: '864209' });
    on.key.unplug();
    await using authenticators = await on.provide({ pin: { set: '1234' } });
    expect([authenticators.key.connected, on.asked]).toEqual([true, ['plug-in']]);
  });

  test('that is pulled unasked is an obstacle', async () => {
    await using on = await stage({ pin: '864209' });
    await using authenticators = await on.provide({ pin: { set: '1234' } });
    on.key.unplug();
    await expect(authenticators.source.list()[0]!.device.transact(new Uint8Array([4]))).rejects.toMatchObject({
      kind: 'disconnected',
    });
    expect(authenticators.blockingReason()).toMatchObject({ kind: 'gone' });
    expect(authenticators.failureSignal.aborted).toBe(true);
    expect(await authenticators.key.observe()).toEqual({});
  });
});

describe('what a case makes', () => {
  test('is seen with the own PIN, and taken away when the case is over', async () => {
    await using on = await stage({ pin: '864209' });
    await using authenticators = await on.provide({ pin: { set: '1234' } });
    const { key } = authenticators;
    await register(authenticators, key.resolvePin('1234', 'enter'));
    const sent = authenticators.wire().length;
    const [kept] = on.key.authenticator.inspect().credentials;
    expect(await key.observe()).toEqual({
      pin: 'set',
      pinRetries: 8,
      needsPowerCycle: false,
      credentials: [{ credentialId: kept!.credentialId, rpId: 'contoso.test', discoverable: true }],
    });
    expect(await authenticators.cleanUp()).toMatchObject([
      { event: 'credential.removed', detail: { rpId: 'contoso.test' } },
    ]);
    expect(on.key.authenticator.inspect().credentials).toEqual([]);
    expect(authenticators.wire()).toHaveLength(sent);
    expect(authenticators.secrets).toEqual(['864209']);
  });

  test('is taken away with the PIN that the key has, whatever was typed and not taken', async () => {
    await using on = await stage({ pin: '864209' });
    await using authenticators = await on.provide({ pin: { set: '1234' } });
    await register(authenticators, '864209');
    expect(authenticators.key.resolvePin('5555', 'change')).toBe('5555');
    expect(await authenticators.cleanUp()).toMatchObject([{ event: 'credential.removed' }]);
    expect(on.key.authenticator.inspect().pinRetries).toBe(8);
  });

  test('is taken away although the key was pulled and plugged in again since', async () => {
    await using on = await stage({ pin: '864209' });
    await using authenticators = await on.provide({ pin: { set: '1234' } });
    await register(authenticators, '864209');
    await authenticators.key.disconnect(never);
    await authenticators.key.connect(never);
    expect(await authenticators.cleanUp()).toMatchObject([{ event: 'credential.removed' }]);
    expect(on.key.authenticator.inspect().credentials).toEqual([]);
  });

  test('stays when the key is not there at the end', async () => {
    await using on = await stage({ pin: '864209' });
    await using authenticators = await on.provide({ pin: { set: '1234' } });
    await register(authenticators, '864209');
    await authenticators.key.disconnect(never);
    expect(await authenticators.cleanUp()).toMatchObject([
      { event: 'credential.stays', detail: { why: 'the key is not plugged in' } },
    ]);
  });
});

describe('where a case begins', () => {
  test('an owned key is reset to have no PIN, after a replug', async () => {
    await using on = await stage({ pin: '864209' }, owned);
    await using authenticators = await on.provide({ pin: 'unset' });
    expect(on.asked).toEqual(['power-cycle']);
    expect(on.key.authenticator.inspect().pin).toBe('unset');
    expect(await authenticators.cleanUp()).toMatchObject([{ event: 'key.reset' }]);
    expect(on.pins).toEqual({});
  });

  test('an owned key gets the PIN of the scenario, and the next case knows it', async () => {
    await using on = await stage({}, owned);
    {
      await using authenticators = await on.provide({ pin: { set: '1234' } });
      expect(await authenticators.cleanUp()).toMatchObject([{ event: 'key.pin-set' }]);
    }
    await using next = await on.provide({ pin: { set: '5678' } });
    expect(next.key.resolvePin('5678', 'enter')).toBe('1234');
    expect(on.asked).toEqual([]);
  });

  test("nothing is done to anybody else's key, and nobody is asked", async () => {
    await using on = await stage({ pin: '864209' });
    await expect(on.provide({ pin: 'unset' })).rejects.toMatchObject({
      name: 'RefusedError',
      message: expect.stringMatching(/a reset deletes every credential, which is not allowed for this key$/),
    });
    expect(on.key.arrived.filter((message) => message.startsWith('07'))).toEqual([]);
    expect(on.asked).toEqual([]);
  });
});
