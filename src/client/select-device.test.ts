/** Choosing the kind of authenticator, several keys, no key yet, and keys that are unplugged. */
import { describe, expect, test } from 'vitest';
import { ManualGestures } from '#emulator';
import { TransportError } from '#protocol/errors.ts';
import { create } from './create.ts';
import type { PublicKeyCredentialCreationOptionsJSON } from './credential-options.ts';
import { createFakeDevice, createScriptedDevice } from './testing/scripted-device.ts';
import {
  asSecurityKey,
  catchRejection,
  createEmulatedKey,
  createTestClient,
  creationOptions,
  PluggableAuthenticators,
} from './testing/test-client.ts';
import type { UserInteraction } from './user-interaction.ts';

const platform = () => ({
  ...asSecurityKey(createEmulatedKey({ persona: 'apple-passwords' }).device, 'here'),
  kind: 'this-device' as const,
});
const phone = () => ({ ...asSecurityKey(createEmulatedKey().device, 'phone'), kind: 'phone' as const });
const key = () => asSecurityKey(createEmulatedKey().device);
const everywhere = () => [platform(), phone(), key()];

describe('choosing where to save', () => {
  const cases: [string, Partial<PublicKeyCredentialCreationOptionsJSON>, string | undefined][] = [
    ['no preference', {}, 'choose here,phone,security-key'],
    ['attachment platform', { authenticatorSelection: { authenticatorAttachment: 'platform' } }, undefined],
    [
      'attachment cross-platform',
      { authenticatorSelection: { authenticatorAttachment: 'cross-platform' } },
      'choose phone,security-key',
    ],
    [
      'an unknown attachment',
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
  test.each(cases)('with %s', async (_case, changes, prompt) => {
    const { context, asked } = createTestClient(everywhere(), { authenticatorKind: 'security-key' });
    await create(creationOptions(changes), context);
    expect(asked.find((shown) => shown.startsWith('choose'))).toBe(prompt);
  });

  test('reports the choices if they are of one kind, instead of asking', async () => {
    const skipped: string[][] = [];
    const skipChoice: UserInteraction['skipChoice'] = (choices) => skipped.push(choices.map(({ kind }) => kind));
    const { context } = createTestClient(everywhere(), { authenticatorKind: 'security-key' }, { skipChoice });
    await create(creationOptions({ hints: ['security-key'] }), context);
    await create(creationOptions(), context);
    expect(skipped).toEqual([['security-key']]);
  });

  test.each([
    ['this-device', 'platform'],
    ['security-key', 'cross-platform'],
    ['phone', 'cross-platform'],
  ] as const)('uses the chosen kind %s', async (authenticatorKind, attachment) => {
    const { context } = createTestClient(everywhere(), { authenticatorKind });
    expect(await create(creationOptions(), context)).toMatchObject({ authenticatorAttachment: attachment });
  });

  test('offers a security key even when none is connected', async () => {
    const { context, asked } = createTestClient([platform()], { authenticatorKind: 'this-device' });
    await create(creationOptions(), context);
    expect(asked[0]).toBe('choose here,security-key');
  });

  test('fails as unsuitable for attachment platform on a machine without a platform authenticator', async () => {
    const { context, informed } = createTestClient([key()]);
    const options = creationOptions({ authenticatorSelection: { authenticatorAttachment: 'platform' } });
    expect(await catchRejection(create(options, context))).toMatchObject({ name: 'NotAllowedError' });
    expect(informed).toEqual(['device-unsuitable']);
  });

  test('fails when the answer is not one of the choices', async () => {
    const { context } = createTestClient(everywhere(), {}, { chooseAuthenticator: async () => 'unknown' });
    expect(await catchRejection(create(creationOptions(), context))).toMatchObject({ name: 'NotAllowedError' });
  });
});

describe('several connected keys', () => {
  test.each(['yubikey-5-nfc', 'touchstone-key'] as const)('%s: uses the key that is touched', async (persona) => {
    const gestures = [new ManualGestures(), new ManualGestures()] as const;
    const keys = gestures.map((ofKey) => createEmulatedKey({ persona, gestures: ofKey }));
    const { context, asked } = createTestClient(keys.map(({ device }, index) => asSecurityKey(device, `key ${index}`)));
    const options = creationOptions({ authenticatorSelection: { residentKey: 'preferred' } });
    const running = create(options, context);
    await Promise.all(gestures.map((ofKey) => ofKey.whenAsked()));
    gestures[1].touch();
    gestures[1].touch();
    await running;
    expect(keys.map(({ authenticator }) => authenticator.inspect().credentials.length)).toEqual([0, 1]);
    expect(asked).toEqual(['touch select-device', 'touch register', 'review']);
  });

  test('skips unsuitable and malfunctioning keys', async () => {
    const noRk = createScriptedDevice({ info: { options: {} } });
    const broken = createFakeDevice(async () => new Uint8Array([0, 0xff]));
    const { context, asked } = createTestClient(
      [asSecurityKey(noRk, '1'), asSecurityKey(broken, '2'), asSecurityKey(createEmulatedKey().device, '3')],
      {
        pin: '1234',
      },
    );
    await create(creationOptions({ authenticatorSelection: { residentKey: 'required' } }), context);
    expect(asked).toEqual(['pin set', 'touch register', 'review']);
  });
});

describe('no connected key', () => {
  test('asks for a key and uses it as soon as it is plugged in', async () => {
    const authenticators = new PluggableAuthenticators();
    const { context, asked } = createTestClient(
      authenticators,
      {},
      {
        connectKey: (signal) => {
          queueMicrotask(() => authenticators.set(key()));
          return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        },
      },
    );
    await create(creationOptions(), context);
    expect(asked).toEqual(['connect', 'touch register', 'review']);
    expect(authenticators.listeners.size).toBe(0);
  });

  test('waits until the key is listed when the user confirms the connection too early', async () => {
    const authenticators = new PluggableAuthenticators();
    const { context } = createTestClient(authenticators, {}, { connectKey: async () => 'connected' });
    const running = create(creationOptions(), context);
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    authenticators.set(platform());
    authenticators.set(platform(), key());
    expect(await running).toMatchObject({ authenticatorAttachment: 'cross-platform' });
  });

  test.each([
    ['speaks neither CTAP2 nor U2F', { nmsg: true, transactU2f: async () => new Uint8Array([0x90, 0]) }],
    ['speaks only U2F on a connection without it', { nmsg: false, transactU2f: undefined }],
  ])('fails as unsuitable for a key that %s', async (_case, { nmsg, transactU2f }) => {
    const device = {
      ...createFakeDevice(async () => new Uint8Array([0])),
      capabilities: { wink: false, cbor: false, nmsg },
      transactU2f,
    };
    expect(
      await catchRejection(create(creationOptions(), createTestClient([asSecurityKey(device)]).context)),
    ).toMatchObject({
      endReason: 'device-unsuitable',
    });
  });
});

describe('a key that is unplugged while it waits for the touch', () => {
  /** Unplugs the key at the first wait for a touch; `onAskedForKey` runs when the user is asked to connect a key. */
  function unplugDuringTouch(onAskedForKey: (plugIn: () => void) => void) {
    const gestures = new ManualGestures();
    const { device } = createEmulatedKey({ gestures });
    const authenticators = new PluggableAuthenticators([asSecurityKey(device)]);
    const plugIn = () => {
      device.replug();
      authenticators.set(asSecurityKey(device));
      gestures.touch();
    };
    const client = createTestClient(
      authenticators,
      {},
      {
        connectKey: (signal) => {
          onAskedForKey(plugIn);
          return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        },
      },
    );
    const unplugged = gestures.whenAsked().then(() => {
      device.unplug();
      authenticators.set();
    });
    return { ...client, unplugged };
  }

  test('is asked for again, and the ceremony continues', async () => {
    const { context, asked, unplugged } = unplugDuringTouch((plugIn) => queueMicrotask(plugIn));
    const running = create(creationOptions(), context);
    await unplugged;
    expect(await running).toHaveProperty('id');
    expect(asked).toEqual(['touch register', 'connect', 'touch register', 'review']);
  });

  test('ends the ceremony if the client policy requires it', async () => {
    const { context, informed, unplugged } = unplugDuringTouch(() => undefined);
    const running = create(creationOptions(), { ...context, policy: { onKeyRemoved: 'end' } });
    const error = catchRejection(running);
    await unplugged;
    expect(await error).toMatchObject({
      name: 'NotAllowedError',
      endReason: 'key-removed',
      cause: expect.any(TransportError),
    });
    expect(informed).toEqual(['key-removed']);
  });

  test('is not used again while it is still listed', async () => {
    let calls = 0;
    const unplugged = createFakeDevice(async () => {
      calls++;
      throw new TransportError('disconnected', 'gone');
    });
    const { context } = createTestClient([asSecurityKey(unplugged)]);
    const running = create(creationOptions(), context);
    const error = catchRejection(running);
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    expect(calls).toBe(1);
    context.clock.advance(300_000);
    expect(await error).toMatchObject({ endReason: 'timeout' });
  });

  test('is tried again after a delay when the user confirms the connection although the key is still listed', async () => {
    let calls = 0;
    const unplugged = createFakeDevice(async () => {
      calls++;
      throw new TransportError('disconnected', 'gone');
    });
    const { context } = createTestClient([asSecurityKey(unplugged)], {}, { connectKey: async () => 'connected' });
    const error = catchRejection(create(creationOptions(), context));
    for (let attempt = 1; attempt <= 3; attempt++) {
      for (let turn = 0; turn < 100; turn++) await Promise.resolve();
      expect(calls).toBe(attempt);
      context.clock.advance(100);
    }
    context.clock.advance(300_000);
    expect(await error).toMatchObject({ endReason: 'timeout' });
  });
});
