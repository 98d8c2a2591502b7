/** How ceremonies end: every CTAP status, every accident, every abort - and that nothing is left behind. */
import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeAuthenticatorData, flag } from '#protocol/authenticator-data.ts';
import { type CborValue, encode } from '#protocol/cbor.ts';
import { coseKey } from '#protocol/cose.ts';
import { sha256 } from '#protocol/crypto.ts';
import { CtapError, ProtocolViolation, TransportError, WebAuthnError } from '#protocol/errors.ts';
import { type CtapStatusName, ctapStatus } from '#protocol/status.ts';
import type { CtapDevice } from '#transport/device.ts';
import { create } from './create.ts';
import { endings } from './status-to-dom-exception.ts';
import { get } from './get.ts';
import {
  creationOptions,
  createFakeDevice,
  asSecurityKey,
  countActiveTimers,
  ok,
  minimalInfo,
  rejection,
  rpId,
  createScriptedDevice,
  createTestClient,
} from './testing/test-client.ts';
import { type Cancelled, cancelled } from './user-interaction.ts';

const publicKey = coseKey(-7, 2, 1, new Uint8Array(32).fill(1), new Uint8Array(32).fill(2));
const authDataWith = (changes: Partial<Parameters<typeof encodeAuthenticatorData>[0]> = {}) =>
  encodeAuthenticatorData({
    rpIdHash: sha256(rpId),
    flags: flag.UP,
    signCount: 0,
    attestedCredentialData: {
      aaguid: new Uint8Array(16),
      credentialId: new Uint8Array(16).fill(3),
      credentialPublicKey: encode(publicKey),
    },
    ...changes,
  });
const made = (authData = authDataWith()) =>
  ok('authenticatorMakeCredential', { fmt: 'packed', authData, attStmt: new Map() });

const untilAborted = (signal: AbortSignal | undefined, answer: CtapStatusName) =>
  new Promise<Uint8Array>((resolve) =>
    signal?.addEventListener('abort', () => resolve(new Uint8Array([ctapStatus[answer]])), { once: true }),
  );

test('the scripted device can be registered: what the cases below break is sound', async () => {
  const device = createScriptedDevice({ makeCredential: () => made() });
  expect(await create(creationOptions(), createTestClient([asSecurityKey(device)]).context)).toHaveProperty('id');
});

describe('a CTAP status', () => {
  const statuses = Object.entries(endings) as [keyof typeof endings, (typeof endings)[keyof typeof endings]][];
  test.each(statuses)('%s ends the ceremony as the table says', async (status, { name, reason }) => {
    const device = createScriptedDevice({ makeCredential: () => status });
    const { context, informed } = createTestClient([asSecurityKey(device)]);
    const error = await rejection(create(creationOptions(), context));
    expect(error).toBeInstanceOf(WebAuthnError);
    expect(error).toMatchObject({ name, endReason: reason, cause: expect.objectContaining({ status }) });
    expect(informed).toEqual(reason ? [reason] : []);
  });

  test('only the excluded credential is told to the page', () => {
    const told = Object.entries(endings).filter(([, { name }]) => name !== 'NotAllowedError');
    expect(told).toEqual([['CTAP2_ERR_CREDENTIAL_EXCLUDED', expect.objectContaining({ name: 'InvalidStateError' })]]);
  });

  test('that nobody defined is a failure like others', async () => {
    const device = createScriptedDevice({ makeCredential: () => new Uint8Array([0xf3]) });
    const error = await rejection(create(creationOptions(), createTestClient([asSecurityKey(device)]).context));
    expect(error).toMatchObject({ name: 'NotAllowedError', cause: expect.any(CtapError) });
    expect((error as Error).message).toContain('0xf3');
  });
});

describe('an answer that breaks the protocol is refused', () => {
  const cases: [string, Uint8Array, string][] = [
    ['nothing', new Uint8Array(), 'response.empty'],
    ['a bare OK', new Uint8Array([0]), 'response.members'],
    ['no map', new Uint8Array([0, 0x80]), 'response.members'],
    ['trailing bytes', new Uint8Array([...made(), 0]), 'cbor.trailing'],
    ['a cut answer', made().slice(0, -3), 'cbor.truncated'],
    ['keys out of order', new Uint8Array([0, 0xa2, 2, 0x40, 1, 0x60]), 'cbor.unsorted'],
    ['short authenticator data', made(new Uint8Array(36)), 'authdata.length'],
    ['another RP ID', made(authDataWith({ rpIdHash: new Uint8Array(32) })), 'response.rp-id-hash'],
    ['no user present', made(authDataWith({ flags: 0 })), 'response.user-present'],
    ['no credential', made(authDataWith({ attestedCredentialData: undefined })), 'response.attested-credential-data'],
    [
      'an empty credential id',
      made(
        authDataWith({
          attestedCredentialData: {
            aaguid: new Uint8Array(16),
            credentialId: new Uint8Array(0),
            credentialPublicKey: encode(publicKey),
          },
        }),
      ),
      'response.credential-id',
    ],
    [
      'an algorithm that was not asked for',
      made(
        authDataWith({
          attestedCredentialData: {
            aaguid: new Uint8Array(16),
            credentialId: new Uint8Array(1),
            credentialPublicKey: encode(coseKey(-8, 1, 6, new Uint8Array(32))),
          },
        }),
      ),
      'response.algorithm',
    ],
    [
      'a key with a coordinate too short',
      made(
        authDataWith({
          attestedCredentialData: {
            aaguid: new Uint8Array(16),
            credentialId: new Uint8Array(1),
            credentialPublicKey: encode(coseKey(-7, 2, 1, new Uint8Array(31), new Uint8Array(32))),
          },
        }),
      ),
      'cose.x',
    ],
  ];
  test.each(cases)('%s', async (_case, answer, rule) => {
    const device = createScriptedDevice({ makeCredential: () => answer });
    const { context, informed } = createTestClient([asSecurityKey(device)]);
    const error = await rejection(create(creationOptions(), context));
    expect(error).toMatchObject({ name: 'NotAllowedError', cause: expect.any(ProtocolViolation) });
    expect(error).toMatchObject({ cause: { rule } });
    expect(informed).toEqual(['device-error']);
  });

  test('the user verified flag missing after the user was verified', async () => {
    const device = createScriptedDevice({ info: { options: { rk: true, uv: true } }, makeCredential: () => made() });
    const options = creationOptions({ authenticatorSelection: { userVerification: 'required' } });
    const error = await rejection(create(options, createTestClient([asSecurityKey(device)]).context));
    expect(error).toMatchObject({ cause: { rule: 'response.user-verified' } });
  });
});

describe('hostile devices', () => {
  const hostile = (bytes: () => Uint8Array) => {
    let first = true;
    return createFakeDevice(async () => {
      if (!first) return bytes();
      first = false;
      return ok('authenticatorGetInfo', {
        ...minimalInfo,
        options: { rk: true, clientPin: true, uv: true, pinUvAuthToken: true },
        pinUvAuthProtocols: [2, 1],
        extensions: ['hmac-secret', 'credProtect'],
        maxCredentialCountInList: 2,
      });
    });
  };
  const extensions = { prf: { eval: { first: 'AAAA' } } };
  const excludeCredentials = Array.from({ length: 5 }, (_, index) => ({ type: 'public-key', id: `AAA${index}` }));

  async function alwaysEnds(device: CtapDevice) {
    const parts = { pin: ['1234', '1234', '1234'] };
    const selection = { userVerification: 'preferred' };
    const creation = create(
      creationOptions({ extensions, excludeCredentials, authenticatorSelection: selection }),
      createTestClient([asSecurityKey(device)], parts).context,
    );
    const request = get(
      { challenge: 'AAAA', rpId, extensions, allowCredentials: excludeCredentials },
      createTestClient([asSecurityKey(device)], parts).context,
    );
    for (const outcome of await Promise.allSettled([creation, request])) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(WebAuthnError);
    }
  }

  test('random bytes from the start', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 80 }), { minLength: 1, maxLength: 6 }), async (answers) => {
        let next = 0;
        await alwaysEnds(createFakeDevice(async () => answers[next++ % answers.length]!));
      }),
      { numRuns: 150 },
    );
  });

  test('well-formed CBOR of any shape behind an honest getInfo', async () => {
    const value: fc.Arbitrary<CborValue> = fc.letrec<{ value: CborValue }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.integer(),
        fc.string(),
        fc.boolean(),
        fc.constant(null),
        fc.uint8Array({ maxLength: 64 }),
        fc.array(tie('value'), { maxLength: 3 }),
        fc
          .array(fc.tuple(fc.integer({ min: 0, max: 11 }), tie('value')), { maxLength: 5 })
          .map((entries) => new Map(entries)),
      ),
    })).value;
    const answer = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 8 }), value), { maxLength: 6 })
      .map((entries) => new Uint8Array([0, ...encode(new Map(entries))]));
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 4 }), async (answers) => {
        let next = 0;
        await alwaysEnds(hostile(() => answers[next++ % answers.length]!));
      }),
      { numRuns: 200 },
    );
  });

  test('an honest answer with any byte changed or any tail cut', async () => {
    const honest = made();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(honest.length - 1),
        fc.integer({ min: 0, max: 255 }),
        fc.boolean(),
        async (at, byte, cut) => {
          const answer = cut ? honest.slice(0, at) : honest.with(at, byte);
          const device = createScriptedDevice({ makeCredential: () => answer });
          const [outcome] = await Promise.allSettled([create(creationOptions(), createTestClient([asSecurityKey(device)]).context)]);
          if (outcome?.status === 'rejected') expect(outcome.reason).toBeInstanceOf(WebAuthnError);
          if (cut) expect(outcome?.status).toBe('rejected');
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a number of accounts that nobody has', async () => {
    const credential = { id: new Uint8Array(4), type: 'public-key' };
    const authData = encodeAuthenticatorData({ rpIdHash: sha256(rpId), flags: flag.UP, signCount: 0 });
    const assertion = { credential, authData, signature: new Uint8Array(8), numberOfCredentials: 2 ** 40 };
    const device = createScriptedDevice({ getAssertion: () => ok('authenticatorGetAssertion', assertion) });
    const error = await rejection(get({ challenge: 'AAAA', rpId }, createTestClient([asSecurityKey(device)]).context));
    expect(error).toMatchObject({ cause: { rule: 'response.numberOfCredentials' } });
  });

  test('a bug in the device driver', async () => {
    const device = createFakeDevice(() => {
      throw new RangeError('driver bug');
    });
    const error = await rejection(create(creationOptions(), createTestClient([asSecurityKey(device)]).context));
    expect(error).toMatchObject({ name: 'UnknownError', cause: expect.any(RangeError) });
  });
});

describe('a transport that fails', () => {
  test.each([
    ['timeout', 'device-error'],
    ['framing', 'device-error'],
    ['unavailable', 'device-error'],
  ] as const)('%s', async (kind, endReason) => {
    const device = createFakeDevice(async () => {
      throw new TransportError(kind, 'broken');
    });
    const error = await rejection(create(creationOptions(), createTestClient([asSecurityKey(device)]).context));
    expect(error).toMatchObject({ name: 'NotAllowedError', endReason, cause: expect.any(TransportError) });
  });
});

/** Every place at which a ceremony can wait, each as a world that waits there for ever. */
const waits = {
  'for the place to save': () => {
    const device = createScriptedDevice({ makeCredential: () => made() });
    const here = { ...asSecurityKey(device, 'here'), kind: 'this-device' as const };
    return createTestClient([here, asSecurityKey(device)], {}, { chooseAuthenticator: () => new Promise(() => undefined) });
  },
  'for a key': () => createTestClient([]),
  'in getInfo': () =>
    createTestClient([asSecurityKey(createFakeDevice((_message, { signal } = {}) => untilAborted(signal, 'CTAP2_ERR_KEEPALIVE_CANCEL')))]),
  'on a device that does not even cancel': () => createTestClient([asSecurityKey(createFakeDevice(() => new Promise(() => undefined)))]),
  'for a touch': () => {
    const device = createScriptedDevice({
      makeCredential(_request, { signal, onKeepalive }) {
        onKeepalive?.('upneeded');
        return untilAborted(signal, 'CTAP2_ERR_KEEPALIVE_CANCEL');
      },
    });
    return createTestClient([asSecurityKey(device)]);
  },
  'for one of two keys to be touched': () => {
    const device = () =>
      createScriptedDevice({ selection: ({ signal }) => untilAborted(signal, 'CTAP2_ERR_KEEPALIVE_CANCEL') });
    return createTestClient([asSecurityKey(device(), 'one'), asSecurityKey(device(), 'two')]);
  },
  'for the review': () =>
    createTestClient(
      [asSecurityKey(createScriptedDevice({ makeCredential: () => made() }))],
      {},
      { review: () => new Promise(() => undefined) },
    ),
} satisfies Record<string, () => ReturnType<typeof createTestClient>>;

/** Lets everything that can happen without time passing happen. */
const settle = async () => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
};

describe.each(Object.entries(waits))('a ceremony that waits %s', (name, wait) => {
  test('ends with the reason of the page that aborts', async () => {
    const { context, informed } = wait();
    const timers = countActiveTimers();
    const page = new AbortController();
    const running = create(creationOptions(), { ...context, signal: page.signal });
    running.catch(() => undefined);
    await settle();
    const reason = new DOMException('no longer', 'AbortError');
    page.abort(reason);
    await settle();
    if (name.includes('does not even')) context.clock.advance(500);
    expect(await rejection(running)).toBe(reason);
    expect(countActiveTimers()).toBe(timers);
    expect(getEventListeners(page.signal, 'abort')).toHaveLength(0);
    expect(informed).toEqual([]);
  });

  test('ends when its time is over', async () => {
    const { context, informed } = wait();
    const timers = countActiveTimers();
    const running = create(creationOptions(), context);
    running.catch(() => undefined);
    await settle();
    context.clock.advance(300_000);
    await settle();
    context.clock.advance(500);
    expect(await rejection(running)).toMatchObject({ name: 'NotAllowedError', endReason: 'timeout' });
    expect(countActiveTimers()).toBe(timers);
    expect(informed).toEqual(['timeout']);
  });
});

test('a ceremony that succeeds leaves no timer and no listener', async () => {
  const timers = countActiveTimers();
  const page = new AbortController();
  const device = createScriptedDevice({ makeCredential: () => made() });
  await create(creationOptions(), { ...createTestClient([asSecurityKey(device)]).context, signal: page.signal });
  expect(countActiveTimers()).toBe(timers);
  expect(getEventListeners(page.signal, 'abort')).toHaveLength(0);
});

describe('a user who cancels', () => {
  const cancel = async (): Promise<Cancelled> => cancelled;
  const waiting = () =>
    createScriptedDevice({
      makeCredential(_request, { signal, onKeepalive }) {
        onKeepalive?.('upneeded');
        return untilAborted(signal, 'CTAP2_ERR_KEEPALIVE_CANCEL');
      },
    });
  const here = () => ({ ...asSecurityKey(waiting(), 'here'), kind: 'this-device' as const });
  test.each([
    ['where to save', () => createTestClient([here(), asSecurityKey(waiting())], {}, { chooseAuthenticator: cancel })],
    ['connecting', () => createTestClient([], {}, { connectKey: cancel })],
    ['the touch', () => createTestClient([asSecurityKey(waiting())], {}, { awaitPresence: cancel })],
    ['the review', () => createTestClient([asSecurityKey(createScriptedDevice({ makeCredential: () => made() }))], {}, { review: cancel })],
  ])('%s: NotAllowedError, and nothing more to tell', async (_case, world) => {
    const { context, informed } = world();
    expect(await rejection(create(creationOptions(), context))).toMatchObject({
      name: 'NotAllowedError',
      endReason: undefined,
    });
    expect(informed).toEqual([]);
  });

  test('a dialog that fails is the cause', async () => {
    const bug = new Error('dialog broke');
    const broken = async () => {
      throw bug;
    };
    const { context } = createTestClient([asSecurityKey(createScriptedDevice({ makeCredential: () => made() }))], {}, { review: broken });
    expect(await rejection(create(creationOptions(), context))).toMatchObject({ name: 'NotAllowedError', cause: bug });
    const touched = createTestClient([asSecurityKey(waiting())], {}, { awaitPresence: broken });
    expect(await rejection(create(creationOptions(), touched.context))).toMatchObject({ cause: bug });
  });
});
