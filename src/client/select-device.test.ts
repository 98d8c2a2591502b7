/** Where to save, which key, no key yet, and keys that are pulled. */
import { describe, expect, test } from 'vitest';
import { ManualGestures } from '#emulator';
import { TransportError } from '#protocol/errors.ts';
import { create } from './create.ts';
import type { PublicKeyCredentialCreationOptionsJSON } from './credential-options.ts';
import {
  creationOptions,
  createFakeDevice,
  createEmulatedKey,
  asSecurityKey,
  rejection,
  PluggableAuthenticators,
  createScriptedDevice,
  createTestClient,
} from './testing/test-client.ts';

const platform = () => ({
  ...asSecurityKey(createEmulatedKey({ persona: 'apple-passwords' }).device, 'here'),
  kind: 'this-device' as const,
});
const phone = () => ({ ...asSecurityKey(createEmulatedKey().device, 'phone'), kind: 'phone' as const });
const key = () => asSecurityKey(createEmulatedKey().device);
const everywhere = () => [platform(), phone(), key()];

describe('where to save', () => {
  const cases: [string, Partial<PublicKeyCredentialCreationOptionsJSON>, string | undefined][] = [
    ['anywhere', {}, 'choose here,phone,security-key'],
    ['platform', { authenticatorSelection: { authenticatorAttachment: 'platform' } }, undefined],
    [
      'cross-platform',
      { authenticatorSelection: { authenticatorAttachment: 'cross-platform' } },
      'choose phone,security-key',
    ],
    [
      'an attachment nobody knows',
      { authenticatorSelection: { authenticatorAttachment: 'elsewhere' } },
      'choose here,phone,security-key',
    ],
    ['hint security-key', { hints: ['security-key'] }, undefined],
    ['hint client-device', { hints: ['client-device'] }, undefined],
    ['an unknown hint, then hybrid', { hints: ['telepathy', 'hybrid'] }, undefined],
    [
      'a hint against the attachment',
      { hints: ['security-key'], authenticatorSelection: { authenticatorAttachment: 'platform' } },
      undefined,
    ],
  ];
  test.each(cases)('%s', async (_case, changes, question) => {
    const { context, asked } = createTestClient(everywhere(), { place: 'security-key' });
    await create(creationOptions(changes), context);
    expect(asked.find((asking) => asking.startsWith('choose'))).toBe(question);
  });

  test.each([
    ['this-device', 'platform'],
    ['security-key', 'cross-platform'],
    ['phone', 'cross-platform'],
  ] as const)('the choice %s is used', async (place, attachment) => {
    const { context } = createTestClient(everywhere(), { place });
    expect(await create(creationOptions(), context)).toMatchObject({ authenticatorAttachment: attachment });
  });

  test('a key is on offer even when none is connected', async () => {
    const { context, asked } = createTestClient([platform()], { place: 'this-device' });
    await create(creationOptions(), context);
    expect(asked[0]).toBe('choose here,security-key');
  });

  test('platform on a machine without one: unsuitable', async () => {
    const { context, informed } = createTestClient([key()]);
    const options = creationOptions({ authenticatorSelection: { authenticatorAttachment: 'platform' } });
    expect(await rejection(create(options, context))).toMatchObject({ name: 'NotAllowedError' });
    expect(informed).toEqual(['device-unsuitable']);
  });

  test('an answer that was not on offer', async () => {
    const { context } = createTestClient(everywhere(), {}, { chooseAuthenticator: async () => 'the moon' });
    expect(await rejection(create(creationOptions(), context))).toMatchObject({ name: 'NotAllowedError' });
  });
});

describe('several keys', () => {
  test.each(['yubikey-5-nfc', 'touchstone-key'] as const)('%s: the one that is touched is used', async (persona) => {
    const hands = [new ManualGestures(), new ManualGestures()] as const;
    const keys = hands.map((gestures) => createEmulatedKey({ persona, gestures }));
    const { context, asked } = createTestClient(keys.map(({ device }, index) => asSecurityKey(device, `key ${index}`)));
    const options = creationOptions({ authenticatorSelection: { residentKey: 'preferred' } });
    const running = create(options, context);
    await Promise.all(hands.map((hand) => hand.whenAsked()));
    hands[1].touch();
    hands[1].touch();
    await running;
    expect(keys.map(({ authenticator }) => authenticator.inspect().credentials.length)).toEqual([0, 1]);
    expect(asked).toEqual(['touch select-device', 'touch register', 'review']);
  });

  test('unsuitable and broken ones are passed over', async () => {
    const noRk = createScriptedDevice({ info: { options: {} } });
    const broken = createFakeDevice(async () => new Uint8Array([0, 0xff]));
    const { context, asked } = createTestClient([asSecurityKey(noRk, '1'), asSecurityKey(broken, '2'), asSecurityKey(createEmulatedKey().device, '3')], {
      pin: '1234',
    });
    await create(creationOptions({ authenticatorSelection: { residentKey: 'required' } }), context);
    expect(asked).toEqual(['pin set', 'touch register', 'review']);
  });
});

describe('no key', () => {
  test('is asked for, and used as soon as it is plugged in', async () => {
    const sockets = new PluggableAuthenticators();
    const { context, asked } = createTestClient(
      sockets,
      {},
      {
        connectKey: (signal) => {
          queueMicrotask(() => sockets.set(key()));
          return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        },
      },
    );
    await create(creationOptions(), context);
    expect(asked).toEqual(['connect', 'touch register', 'review']);
    expect(sockets.listeners.size).toBe(0);
  });

  test('"connected" before the machine sees it waits for the machine', async () => {
    const sockets = new PluggableAuthenticators();
    const { context } = createTestClient(sockets, {}, { connectKey: async () => 'connected' });
    const running = create(creationOptions(), context);
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    sockets.set(platform());
    sockets.set(platform(), key());
    expect(await running).toMatchObject({ authenticatorAttachment: 'cross-platform' });
  });

  test('a U2F key: unsuitable', async () => {
    const device = {
      ...createFakeDevice(async () => new Uint8Array([0])),
      capabilities: { wink: false, cbor: false, nmsg: false },
    };
    expect(await rejection(create(creationOptions(), createTestClient([asSecurityKey(device)]).context))).toMatchObject({
      endReason: 'device-unsuitable',
    });
  });
});

describe('a key that is pulled while it waits for the touch', () => {
  /** Pulls the key at the first wait for a touch; `replug` is what the user does when asked for a key. */
  function pulling(replug: (sockets: PluggableAuthenticators, plug: () => void) => void) {
    const gestures = new ManualGestures();
    const { device, authenticator } = createEmulatedKey({ gestures });
    const sockets = new PluggableAuthenticators([asSecurityKey(device)]);
    const plug = () => {
      device.replug();
      sockets.set(asSecurityKey(device));
      gestures.touch();
    };
    const world = createTestClient(
      sockets,
      {},
      {
        connectKey: (signal) => {
          replug(sockets, plug);
          return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        },
      },
    );
    const pulled = gestures.whenAsked().then(() => {
      device.unplug();
      sockets.set();
    });
    return { ...world, authenticator, pulled };
  }

  test('is asked for again, and the ceremony goes on', async () => {
    const { context, asked, pulled } = pulling((_sockets, plug) => queueMicrotask(plug));
    const running = create(creationOptions(), context);
    await pulled;
    expect(await running).toHaveProperty('id');
    expect(asked).toEqual(['touch register', 'connect', 'touch register', 'review']);
  });

  test('ends the ceremony where the client does so', async () => {
    const { context, informed, pulled } = pulling(() => undefined);
    const running = create(creationOptions(), { ...context, policy: { onKeyRemoved: 'end' } });
    const error = rejection(running);
    await pulled;
    expect(await error).toMatchObject({
      name: 'NotAllowedError',
      endReason: 'key-removed',
      cause: expect.any(TransportError),
    });
    expect(informed).toEqual(['key-removed']);
  });

  test('and lingers in the list does not make the client spin', async () => {
    let calls = 0;
    const dead = createFakeDevice(async () => {
      calls++;
      throw new TransportError('disconnected', 'gone');
    });
    const { context } = createTestClient([asSecurityKey(dead)]);
    const running = create(creationOptions(), context);
    const error = rejection(running);
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    expect(calls).toBe(1);
    context.clock.advance(300_000);
    expect(await error).toMatchObject({ endReason: 'timeout' });
  });

  test('and lingers in the list is tried again when the user says that it is back, but not without a pause', async () => {
    let calls = 0;
    const dead = createFakeDevice(async () => {
      calls++;
      throw new TransportError('disconnected', 'gone');
    });
    const { context } = createTestClient([asSecurityKey(dead)], {}, { connectKey: async () => 'connected' });
    const error = rejection(create(creationOptions(), context));
    for (let pause = 1; pause <= 3; pause++) {
      for (let turn = 0; turn < 100; turn++) await Promise.resolve();
      expect(calls).toBe(pause);
      context.clock.advance(100);
    }
    context.clock.advance(300_000);
    expect(await error).toMatchObject({ endReason: 'timeout' });
  });
});
