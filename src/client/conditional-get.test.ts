/** Conditional get(): the accounts of a form field's autofill list, without a dialog until the user picks one. */
import { describe, expect, test } from 'vitest';
import { fromBase64url, toBase64url } from '#base/bytes.ts';
import { ManualGestures } from '#emulator';
import { flag, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { create } from './create.ts';
import { get } from './get.ts';
import {
  asCredentialManager,
  asSecurityKey,
  catchRejection,
  createEmulatedKey,
  createTestClient,
  creationOptions,
  PluggableAuthenticators,
  rpId,
} from './testing/test-client.ts';
import { type AutofillPrompt, cancelled } from './user-interaction.ts';

const conditional = { mediation: 'conditional' } as const;
const never = () => new Promise<never>(() => undefined);
const flagsOf = ({ authenticatorData }: { authenticatorData: string }) =>
  parseAuthenticatorData(fromBase64url(authenticatorData)).flags;

describe('conditional get()', () => {
  /** Creates a platform authenticator with one passkey per name. */
  async function createPlatform(...names: string[]) {
    const key = createEmulatedKey({ persona: 'apple-passwords' });
    const available = asCredentialManager(key);
    const ids: string[] = [];
    for (const [index, name] of names.entries()) {
      const user = { id: toBase64url(new Uint8Array([index])), name, displayName: name };
      const authenticatorSelection = { residentKey: 'required', authenticatorAttachment: 'platform' };
      const { context } = createTestClient([available], { authenticatorKind: 'this-device' });
      ids.push((await create(creationOptions({ user, authenticatorSelection }), context)).id);
    }
    return { ...key, available, ids };
  }
  const request = { challenge: 'AAAA', rpId };
  const pick = (name: string) => async (prompt: AutofillPrompt) =>
    prompt.accounts.find((account) => account.name === name)?.credentialId ?? never();

  test('offers the accounts of the platform and signs in with the picked one, without a dialog before', async () => {
    const { available, sent } = await createPlatform('alice', 'bob');
    const { context, asked } = createTestClient([available], {}, { chooseAutofillAccount: pick('alice') });
    sent.length = 0;
    const { response, authenticatorAttachment } = await get(request, { ...context, ...conditional });
    expect(response.userHandle).toBe('AA');
    expect(authenticatorAttachment).toBe('platform');
    expect(asked[0]).toBe('autofill alice,bob');
    expect(asked).not.toContainEqual(expect.stringMatching(/^(choose|account|connect)/));
    expect(flagsOf(response) & flag.UP).toBe(flag.UP);
  });

  test('offers only the accounts of allowCredentials if there is such a list', async () => {
    const { available, ids } = await createPlatform('alice', 'bob', 'carol');
    const { context, asked } = createTestClient([available], {}, { chooseAutofillAccount: pick('bob') });
    const allowCredentials = ids.slice(1, 2).map((id) => ({ type: 'public-key', id }));
    await get({ ...request, allowCredentials }, { ...context, ...conditional });
    expect(asked[0]).toBe('autofill bob');
  });

  test('offers no account of another RP ID', async () => {
    const { available } = await createPlatform('alice');
    const abort = new AbortController();
    const { context, asked } = createTestClient([available], {}, { chooseAutofillAccount: never });
    const page = { ...context, ...conditional, signal: abort.signal };
    const error = catchRejection(get({ challenge: 'AAAA', rpId: 'login.example.com' }, page));
    await settle();
    abort.abort(new Error('left'));
    expect(await error).toBe(abort.signal.reason);
    expect(asked).toEqual(['autofill ']);
  });

  test('waits without a timeout until the page aborts', async () => {
    const { available } = await createPlatform('alice');
    const abort = new AbortController();
    const { context, informed } = createTestClient([available], {}, { chooseAutofillAccount: never });
    let ended = false;
    const page = { ...context, ...conditional, signal: abort.signal };
    const error = catchRejection(get({ ...request, timeout: 1000 }, page)).finally(() => {
      ended = true;
    });
    await settle();
    context.clock.advance(24 * 3_600_000);
    await settle();
    expect(ended).toBe(false);
    abort.abort(new Error('left the page'));
    expect(await error).toBe(abort.signal.reason);
    expect(informed).toEqual([]);
  });

  test('offers the list again when an authenticator appears', async () => {
    const { available } = await createPlatform('alice');
    const authenticators = new PluggableAuthenticators();
    const offered: string[][] = [];
    const { context } = createTestClient(
      authenticators,
      {},
      {
        chooseAutofillAccount(prompt, signal) {
          offered.push(prompt.accounts.map(({ name }) => name));
          if (prompt.accounts[0]) return Promise.resolve(prompt.accounts[0].credentialId);
          return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        },
      },
    );
    const running = get(request, { ...context, ...conditional });
    await settle();
    authenticators.set(available);
    expect((await running).response.userHandle).toBe('AA');
    expect(offered).toEqual([[], ['alice']]);
    expect(authenticators.listeners.size).toBe(0);
  });

  test('offers the list again after a sign-in that failed, with the reason', async () => {
    const { available, authenticator } = await createPlatform('alice');
    authenticator.faults.plan({ at: 'authenticatorGetAssertion', do: { status: 'CTAP2_ERR_OPERATION_DENIED' } });
    const problems: unknown[] = [];
    const { context, informed } = createTestClient(
      [available],
      {},
      {
        async chooseAutofillAccount({ accounts, problem }) {
          problems.push(problem);
          return accounts[0]?.credentialId ?? never();
        },
      },
    );
    expect(await get(request, { ...context, ...conditional })).toHaveProperty('id');
    expect([problems, informed]).toEqual([[undefined, 'denied-at-key'], ['denied-at-key']]);
  });

  test('offers the list again when the user cancels at the authenticator', async () => {
    const gestures = new ManualGestures();
    const key = createEmulatedKey({ persona: 'apple-passwords', gestures });
    const available = asCredentialManager(key);
    const setup = createTestClient([available], { authenticatorKind: 'this-device' });
    const creating = create(creationOptions({ authenticatorSelection: { residentKey: 'required' } }), setup.context);
    await gestures.whenAsked();
    gestures.touch();
    await creating;
    const problems: unknown[] = [];
    const { context } = createTestClient(
      [available],
      {},
      {
        async chooseAutofillAccount({ accounts, problem }) {
          problems.push(problem);
          return accounts[0]?.credentialId ?? never();
        },
        async awaitPresence() {
          if (problems.length === 1) return cancelled;
          gestures.touch();
          return never();
        },
      },
    );
    expect(await get(request, { ...context, ...conditional })).toHaveProperty('id');
    expect(problems).toEqual([undefined, 'cancelled']);
  });

  test('ends with NotAllowedError when the answer is not in the list', async () => {
    const { available } = await createPlatform('alice');
    const user = { chooseAutofillAccount: async () => new Uint8Array(3) };
    const { context } = createTestClient([available], {}, user);
    expect(await catchRejection(get(request, { ...context, ...conditional }))).toMatchObject({
      name: 'NotAllowedError',
    });
  });

  test('with another device: continues with the dialog for security keys', async () => {
    const { device } = createEmulatedKey({ pin: '1234' });
    const residentKey = { authenticatorSelection: { residentKey: 'required' } };
    await create(creationOptions(residentKey), createTestClient([asSecurityKey(device)], { pin: '1234' }).context);
    const { available } = await createPlatform('alice');
    const user = { chooseAutofillAccount: async () => 'another-device' as const };
    const { context, asked } = createTestClient([available, asSecurityKey(device)], { pin: '1234' }, user);
    const { authenticatorAttachment } = await get(request, { ...context, ...conditional });
    expect(authenticatorAttachment).toBe('cross-platform');
    expect(asked).toEqual(['autofill alice', 'pin enter 8', 'touch sign-in']);
  });
});

/** Waits until the ceremony has processed everything that does not depend on the clock. */
const settle = async () => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
};
