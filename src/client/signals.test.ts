/** The signal methods, applied to emulated authenticators. */
import { describe, expect, test } from 'vitest';
import { toBase64url } from '#base/bytes.ts';
import { create } from './create.ts';
import { get } from './get.ts';
import { type CredentialSignal, receiveSignal } from './signals.ts';
import {
  asCredentialManager,
  asSecurityKey,
  catchRejection,
  createEmulatedKey,
  createTestClient,
  creationOptions,
  rpId,
} from './testing/test-client.ts';

const pin = '4862';
const nothingDone = { removed: 0, hidden: 0, restored: 0, renamed: 0 };
const userIdOf = (name: string) => toBase64url(new TextEncoder().encode(name));

/** Creates a credential manager with a passkey of each user, and a security key with one of alice. */
async function createClient(...names: string[]) {
  const manager = createEmulatedKey({ persona: 'apple-passwords' });
  const key = createEmulatedKey({ pin });
  const sources = { manager: asCredentialManager(manager), key: asSecurityKey(key.device) };
  const register = async (name: string, available: (typeof sources)[keyof typeof sources]) => {
    const user = { id: userIdOf(name), name, displayName: name };
    const authenticatorSelection = { residentKey: 'required' };
    const { context } = createTestClient([available], { authenticatorKind: available.kind, pin });
    return (await create(creationOptions({ user, authenticatorSelection }), context)).id;
  };
  const ids: Record<string, string> = {};
  for (const name of names) ids[name] = await register(name, sources.manager);
  const idOnKey = await register('alice', sources.key);
  const { context } = createTestClient([sources.manager, sources.key], { authenticatorKind: 'this-device' });
  const idOf = (name: string) => ids[name] ?? '';
  const stored = () =>
    manager.authenticator
      .inspect()
      .credentials.map(({ userName, userDisplayName, hidden }) => [userName, userDisplayName, hidden]);
  return { context, idOf, idOnKey, stored, keyHolds: () => key.authenticator.inspect().credentials.length };
}

const accepted = (name: string, ...ids: string[]): CredentialSignal => ({
  method: 'signalAllAcceptedCredentials',
  rpId,
  userId: userIdOf(name),
  allAcceptedCredentialIds: ids,
});

describe('signalUnknownCredential', () => {
  test('removes the passkey, and no other', async () => {
    const { context, idOf, stored } = await createClient('alice', 'bob');
    const credentialId = idOf('alice');
    const effect = await receiveSignal({ method: 'signalUnknownCredential', rpId, credentialId }, context);
    expect(effect).toEqual({ ...nothingDone, removed: 1 });
    expect(stored()).toEqual([['bob', 'bob', false]]);
  });

  test.each([
    ['is of another site', { rpId: 'login.example.com' }],
    ['does not exist', { credentialId: 'AAAA' }],
  ])('does nothing when the credential %s', async (_case, change) => {
    const { context, idOf, stored } = await createClient('alice');
    const signal = { method: 'signalUnknownCredential', rpId, credentialId: idOf('alice'), ...change } as const;
    const page = { ...context, origin: 'https://login.example.com' };
    expect(await receiveSignal(signal, page)).toEqual(nothingDone);
    expect(stored()).toHaveLength(1);
  });

  test('does not change security keys, which would need a PIN', async () => {
    const { context, idOnKey, keyHolds } = await createClient('alice');
    const signal = { method: 'signalUnknownCredential', rpId, credentialId: idOnKey } as const;
    expect(await receiveSignal(signal, context)).toEqual(nothingDone);
    expect(keyHolds()).toBe(1);
  });
});

describe('signalAllAcceptedCredentials', () => {
  test('hides a passkey of the user that is not in the list: it is neither offered nor used', async () => {
    const { context, idOf, stored } = await createClient('alice', 'bob');
    expect(await receiveSignal(accepted('alice'), context)).toEqual({ ...nothingDone, hidden: 1 });
    expect(stored()).toEqual([
      ['alice', 'alice', true],
      ['bob', 'bob', false],
    ]);
    const [manager] = context.authenticators.list();
    expect((await manager?.discoverCredentials?.(rpId))?.map(({ name }) => name)).toEqual(['bob']);
    const { response } = await get({ challenge: 'AAAA', rpId }, context);
    expect(response.userHandle).toBe(userIdOf('bob'));
    const allowCredentials = [{ type: 'public-key', id: idOf('alice') }];
    expect(await catchRejection(get({ challenge: 'AAAA', rpId, allowCredentials }, context))).toBeDefined();
  });

  test('shows a hidden passkey again when it is accepted', async () => {
    const { context, idOf, stored } = await createClient('alice');
    await receiveSignal(accepted('alice'), context);
    const effect = await receiveSignal(accepted('alice', 'AAAA', idOf('alice')), context);
    expect(effect).toEqual({ ...nothingDone, restored: 1 });
    expect(stored()).toEqual([['alice', 'alice', false]]);
    expect((await get({ challenge: 'AAAA', rpId }, context)).id).toBe(idOf('alice'));
  });

  test('changes nothing the second time', async () => {
    const { context } = await createClient('alice');
    await receiveSignal(accepted('alice'), context);
    expect(await receiveSignal(accepted('alice'), context)).toEqual(nothingDone);
  });

  test('a new passkey of the account replaces a hidden one', async () => {
    const { context, idOf, stored } = await createClient('alice');
    await receiveSignal(accepted('alice'), context);
    const user = { id: userIdOf('alice'), name: 'alice', displayName: 'alice' };
    const excludeCredentials = [{ type: 'public-key', id: idOf('alice') }];
    const authenticatorSelection = { residentKey: 'required' };
    await create(creationOptions({ user, excludeCredentials, authenticatorSelection }), context);
    expect(stored()).toEqual([['alice', 'alice', false]]);
  });
});

describe('signalCurrentUserDetails', () => {
  const details = (name: string) =>
    ({
      method: 'signalCurrentUserDetails',
      rpId,
      userId: userIdOf(name),
      name: `${name}@example.com`,
      displayName: 'A',
    }) as const;

  test('renames the account of the passkeys of that user', async () => {
    const { context, stored } = await createClient('alice', 'bob');
    expect(await receiveSignal(details('alice'), context)).toEqual({ ...nothingDone, renamed: 1 });
    expect(stored()).toEqual([
      ['alice@example.com', 'A', false],
      ['bob', 'bob', false],
    ]);
    expect(await receiveSignal(details('alice'), context)).toEqual(nothingDone);
  });
});

test.each([
  ['a site that is not its own', 'https://example.org'],
  ['an opaque origin', 'null'],
])('the RP ID of %s is refused with SecurityError', async (_case, origin) => {
  const { context, stored } = await createClient('alice');
  const error = await catchRejection(receiveSignal(accepted('alice'), { ...context, origin }));
  expect(error).toMatchObject({ name: 'SecurityError' });
  expect(stored()).toEqual([['alice', 'alice', false]]);
});

test('a passkey stays hidden after the authenticator was started again', async () => {
  const manager = createEmulatedKey({ persona: 'apple-passwords' });
  const { context } = createTestClient([asCredentialManager(manager)], { authenticatorKind: 'this-device' });
  await create(creationOptions({ authenticatorSelection: { residentKey: 'required' } }), context);
  const [credential] = manager.authenticator.inspect().credentials;
  manager.authenticator.managedCredentials.setHidden(credential?.credentialId ?? new Uint8Array(), true);
  const importedState = manager.authenticator.exportState();
  const restarted = createEmulatedKey({ persona: 'apple-passwords', importedState });
  expect(restarted.authenticator.inspect().credentials).toMatchObject([{ hidden: true }]);
});
