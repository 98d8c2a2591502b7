/** How a ceremony ends while it waits: by abort, timeout or the user. No timer or listener may be left. */
import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { create } from './create.ts';
import {
  createFakeDevice,
  createScriptedDevice,
  makeCredentialResponse,
  respondWhenAborted,
} from './testing/scripted-device.ts';
import {
  asSecurityKey,
  catchRejection,
  countActiveTimers,
  createTestClient,
  creationOptions,
} from './testing/test-client.ts';
import { type Cancelled, cancelled } from './user-interaction.ts';

/** Every point where a ceremony can wait: a client that waits there forever. */
const waits = {
  'for the choice where to save': () => {
    const device = createScriptedDevice({ makeCredential: () => makeCredentialResponse() });
    const here = { ...asSecurityKey(device, 'here'), kind: 'this-device' as const };
    return createTestClient(
      [here, asSecurityKey(device)],
      {},
      { chooseAuthenticator: () => new Promise(() => undefined) },
    );
  },
  'for a key': () => createTestClient([]),
  'for getInfo': () =>
    createTestClient([
      asSecurityKey(
        createFakeDevice((_message, { signal } = {}) => respondWhenAborted(signal, 'CTAP2_ERR_KEEPALIVE_CANCEL')),
      ),
    ]),
  'for a device that ignores the cancellation': () =>
    createTestClient([asSecurityKey(createFakeDevice(() => new Promise(() => undefined)))]),
  'for a touch': () => {
    const device = createScriptedDevice({
      makeCredential(_request, { signal, onKeepalive }) {
        onKeepalive?.('upneeded');
        return respondWhenAborted(signal, 'CTAP2_ERR_KEEPALIVE_CANCEL');
      },
    });
    return createTestClient([asSecurityKey(device)]);
  },
  'for one of two keys to be touched': () => {
    const device = () =>
      createScriptedDevice({ selection: ({ signal }) => respondWhenAborted(signal, 'CTAP2_ERR_KEEPALIVE_CANCEL') });
    return createTestClient([asSecurityKey(device(), 'one'), asSecurityKey(device(), 'two')]);
  },
  'for the review': () =>
    createTestClient(
      [asSecurityKey(createScriptedDevice({ makeCredential: () => makeCredentialResponse() }))],
      {},
      { review: () => new Promise(() => undefined) },
    ),
} satisfies Record<string, () => ReturnType<typeof createTestClient>>;

/** Waits until nothing more happens without the clock. */
const settle = async () => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
};

describe.each(Object.entries(waits))('a ceremony that waits %s', (name, createWaitingClient) => {
  test('ends with the reason of the page when the page aborts', async () => {
    const { context, informed } = createWaitingClient();
    const timers = countActiveTimers();
    const page = new AbortController();
    const running = create(creationOptions(), { ...context, signal: page.signal });
    running.catch(() => undefined);
    await settle();
    const reason = new DOMException('no longer', 'AbortError');
    page.abort(reason);
    await settle();
    if (name.includes('ignores')) context.clock.advance(500);
    expect(await catchRejection(running)).toBe(reason);
    expect(countActiveTimers()).toBe(timers);
    expect(getEventListeners(page.signal, 'abort')).toHaveLength(0);
    expect(informed).toEqual([]);
  });

  test('ends with NotAllowedError when it times out', async () => {
    const { context, informed } = createWaitingClient();
    const timers = countActiveTimers();
    const running = create(creationOptions(), context);
    running.catch(() => undefined);
    await settle();
    context.clock.advance(300_000);
    await settle();
    context.clock.advance(500);
    expect(await catchRejection(running)).toMatchObject({ name: 'NotAllowedError', endReason: 'timeout' });
    expect(countActiveTimers()).toBe(timers);
    expect(informed).toEqual(['timeout']);
  });
});

test('a successful ceremony leaves no timer and no listener', async () => {
  const timers = countActiveTimers();
  const page = new AbortController();
  const device = createScriptedDevice({ makeCredential: () => makeCredentialResponse() });
  await create(creationOptions(), { ...createTestClient([asSecurityKey(device)]).context, signal: page.signal });
  expect(countActiveTimers()).toBe(timers);
  expect(getEventListeners(page.signal, 'abort')).toHaveLength(0);
});

describe('a ceremony whose user cancels', () => {
  const cancel = async (): Promise<Cancelled> => cancelled;
  const createWaitingDevice = () =>
    createScriptedDevice({
      makeCredential(_request, { signal, onKeepalive }) {
        onKeepalive?.('upneeded');
        return respondWhenAborted(signal, 'CTAP2_ERR_KEEPALIVE_CANCEL');
      },
    });
  const here = () => ({ ...asSecurityKey(createWaitingDevice(), 'here'), kind: 'this-device' as const });
  test.each([
    [
      'the choice where to save',
      () => createTestClient([here(), asSecurityKey(createWaitingDevice())], {}, { chooseAuthenticator: cancel }),
    ],
    ['connecting a key', () => createTestClient([], {}, { connectKey: cancel })],
    ['the touch', () => createTestClient([asSecurityKey(createWaitingDevice())], {}, { awaitPresence: cancel })],
    [
      'the review',
      () =>
        createTestClient(
          [asSecurityKey(createScriptedDevice({ makeCredential: () => makeCredentialResponse() }))],
          {},
          { review: cancel },
        ),
    ],
  ])('%s ends with NotAllowedError and shows no reason', async (_case, createClient) => {
    const { context, informed } = createClient();
    expect(await catchRejection(create(creationOptions(), context))).toMatchObject({
      name: 'NotAllowedError',
      endReason: undefined,
    });
    expect(informed).toEqual([]);
  });

  test('a failure of the user interaction is the cause of the error', async () => {
    const bug = new Error('The dialog failed');
    const broken = async () => {
      throw bug;
    };
    const { context } = createTestClient(
      [asSecurityKey(createScriptedDevice({ makeCredential: () => makeCredentialResponse() }))],
      {},
      { review: broken },
    );
    expect(await catchRejection(create(creationOptions(), context))).toMatchObject({
      name: 'NotAllowedError',
      cause: bug,
    });
    const touched = createTestClient([asSecurityKey(createWaitingDevice())], {}, { awaitPresence: broken });
    expect(await catchRejection(create(creationOptions(), touched.context))).toMatchObject({ cause: bug });
  });
});
