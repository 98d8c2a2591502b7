/** Conditional create(): no dialog and no gesture, right after a sign-in. */
import { describe, expect, test } from 'vitest';
import { fromBase64url } from '#base/bytes.ts';
import { ManualGestures } from '#emulator';
import { flag, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { ClientContext } from './context.ts';
import { create } from './create.ts';
import type { PublicKeyCredentialCreationOptionsJSON } from './credential-options.ts';
import { get } from './get.ts';
import { RecentAuthentications } from './recent-authentications.ts';
import {
  asCredentialManager,
  asSecurityKey,
  catchRejection,
  createEmulatedKey,
  createTestClient,
  creationOptions,
  origin,
  PluggableAuthenticators,
  rpId,
} from './testing/test-client.ts';
import { cancelled, type UserInteraction } from './user-interaction.ts';

const conditional = { mediation: 'conditional' } as const;
const flagsOf = ({ authenticatorData }: { authenticatorData: string }) =>
  parseAuthenticatorData(fromBase64url(authenticatorData)).flags;

/** Creates an emulated credential manager that never gets a gesture. */
function createManager(persona: 'google-password-manager' | 'apple-passwords' = 'google-password-manager') {
  const key = createEmulatedKey({ persona, gestures: new ManualGestures() });
  return { ...key, available: asCredentialManager(key) };
}

describe('conditional create()', () => {
  /** Creates a client that has just signed in to `at`. */
  function createSignedInClient(
    authenticators: Parameters<typeof createTestClient>[0],
    at: string = origin,
    user: Partial<UserInteraction> = {},
  ) {
    const client = createTestClient(authenticators, {}, user);
    const recentAuthentications = new RecentAuthentications(client.context.clock);
    recentAuthentications.add(at);
    return { ...client, context: { ...client.context, ...conditional, recentAuthentications } };
  }
  const options = (changes: Partial<PublicKeyCredentialCreationOptionsJSON> = {}) =>
    creationOptions({ authenticatorSelection: { residentKey: 'required' }, ...changes });

  test.each(['google-password-manager', 'apple-passwords'] as const)(
    '%s creates a passkey without a dialog, a gesture or user verification',
    async (persona) => {
      const { available, authenticator } = createManager(persona);
      const { context, asked } = createSignedInClient([asSecurityKey(createEmulatedKey().device), available]);
      const { response, authenticatorAttachment } = await create(options(), context);
      expect(flagsOf(response) & (flag.UP | flag.UV)).toBe(0);
      expect(authenticatorAttachment).toBe('platform');
      expect(authenticator.inspect().credentials).toMatchObject([{ rpId, userName: 'alice' }]);
      expect(asked).toEqual(['consent alice']);
    },
  );

  test.each([
    ['required', 'required'],
    ['preferred', 'preferred'],
    ['discouraged', 'discouraged'],
  ])('with userVerification %s does not verify the user', async (_case, userVerification) => {
    const { available } = createManager();
    const { context } = createSignedInClient([available]);
    const authenticatorSelection = { residentKey: 'required', userVerification };
    const { response } = await create(options({ authenticatorSelection }), context);
    expect(flagsOf(response) & flag.UV).toBe(0);
  });

  const notAllowed: [string, (context: ClientContext) => Partial<ClientContext>, number?][] = [
    ['after no sign-in', ({ clock }) => ({ recentAuthentications: new RecentAuthentications(clock) })],
    ['in a client without conditional create', () => ({ recentAuthentications: undefined })],
    ['when the sign-in was more than five minutes ago', () => ({}), 300_001],
    ['when the sign-in was at another origin', () => ({ origin: 'https://other.example.com' })],
    [
      'without a credential manager',
      () => ({ authenticators: new PluggableAuthenticators([asSecurityKey(createEmulatedKey().device)]) }),
    ],
  ];
  test.each(notAllowed)(
    '%s ends with NotAllowedError at once and shows nothing',
    async (_case, change, elapsedMs = 0) => {
      const { available, sent } = createManager();
      const { context, asked, informed } = createSignedInClient([available]);
      context.clock.advance(elapsedMs);
      const error = await catchRejection(create(options(), { ...context, ...change(context) }));
      expect(error).toMatchObject({ name: 'NotAllowedError' });
      expect([sent.includes('authenticatorMakeCredential'), informed]).toEqual([false, []]);
      expect(asked.filter((prompt) => !prompt.startsWith('consent'))).toEqual([]);
    },
  );

  test('ends with NotAllowedError when the user does not consent', async () => {
    const { available, sent } = createManager();
    const { context } = createSignedInClient([available], origin, {
      consentToConditionalCreate: async () => cancelled,
    });
    expect(await catchRejection(create(options(), context))).toMatchObject({ name: 'NotAllowedError' });
    expect(sent).toEqual([]);
  });

  test('ends with NotAllowedError when no credential manager fulfils the options', async () => {
    const { context, informed } = createSignedInClient([createManager().available]);
    const pubKeyCredParams = [{ type: 'public-key', alg: -8 }];
    const error = await catchRejection(create(options({ pubKeyCredParams }), context));
    expect([error, informed]).toMatchObject([{ name: 'NotAllowedError' }, []]);
    const authenticatorSelection = { authenticatorAttachment: 'cross-platform' };
    expect(await catchRejection(create(options({ authenticatorSelection }), context))).toMatchObject({
      name: 'NotAllowedError',
    });
  });

  test('ends with InvalidStateError when the credential manager holds an excluded credential', async () => {
    const { available } = createManager();
    const { context } = createSignedInClient([available]);
    const { id } = await create(options(), context);
    const again = create(options({ excludeCredentials: [{ type: 'public-key', id }] }), context);
    expect(await catchRejection(again)).toMatchObject({ name: 'InvalidStateError' });
  });

  test('is allowed after a get() of the same client', async () => {
    const { device } = createEmulatedKey();
    const { available } = createManager();
    const { context } = createTestClient([asSecurityKey(device), available], { authenticatorKind: 'security-key' });
    const page = { ...context, recentAuthentications: new RecentAuthentications(context.clock) };
    const { id } = await create(creationOptions(), page);
    expect(await catchRejection(create(options(), { ...page, ...conditional }))).toMatchObject({
      name: 'NotAllowedError',
    });
    await get({ challenge: 'AAAA', rpId, allowCredentials: [{ type: 'public-key', id }] }, page);
    expect(await create(options(), { ...page, ...conditional })).toMatchObject({ authenticatorAttachment: 'platform' });
  });
});

test('a create() that is not conditional shows its prompts, and requires user presence', async () => {
  const { device } = createEmulatedKey({ persona: 'google-password-manager', uvEnrolled: false });
  const available = { ...asSecurityKey(device, 'here'), kind: 'this-device' as const, createsWithoutPresence: true };
  const { context, asked } = createTestClient([available], { authenticatorKind: 'this-device' });
  const { response } = await create(creationOptions(), context);
  expect(flagsOf(response) & flag.UP).toBe(flag.UP);
  expect(asked).toEqual(['choose here,security-key', 'touch register', 'review']);
});
