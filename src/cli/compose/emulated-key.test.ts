/** What the client finds for an emulated key of a case. */
import { describe, expect, test } from 'vitest';
import { AdjustableClock } from '#base/clock.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { defined } from '#base/testing/defined.ts';
import { autoApproveUser } from '#client/auto-approve-user.ts';
import { fixedAuthenticators } from '#client/context.ts';
import { create } from '#client/create.ts';
import { createAuthenticator, ManualGestures, type PersonaId, plugIn } from '#emulator';
import { EmulatedKey } from './emulated-key.ts';
import { createPlatformAuthenticators } from './platform-authenticator.ts';

const environment = {
  clock: new AdjustableClock(),
  random: seededRandom('case'),
  elapsedMs: () => 0,
  onChange: () => undefined,
};
const platform = (persona: PersonaId) =>
  defined(createPlatformAuthenticators({ thisDevice: { persona } } as never, environment)[0]);

describe('a platform authenticator', () => {
  test('lists its accounts for an RP ID without a gesture', async () => {
    const key = platform('windows-hello-hardware');
    const available = defined(key.available);
    const creating = create(
      {
        rp: { id: 'example.com', name: 'Example' },
        user: { id: 'AQ', name: 'alice', displayName: 'Alice' },
        challenge: 'AAAA',
        pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
        authenticatorSelection: { residentKey: 'required', authenticatorAttachment: 'platform' },
      },
      {
        ...environment,
        origin: 'https://example.com',
        authenticators: fixedAuthenticators(available),
        user: autoApproveUser(),
      },
    );
    await key.whenTouchRequested(new AbortController().signal);
    await key.touch();
    await creating;
    const [account, ...others] = await defined(available.discoverCredentials)('example.com');
    expect([account?.name, others]).toEqual(['alice', []]);
    expect(await defined(available.discoverCredentials)('example.org')).toEqual([]);
  });

  test.each([
    ['google-password-manager', true],
    ['windows-hello-hardware', undefined],
  ] as const)('%s creates passkeys without presence: %s', (persona, createsWithoutPresence) => {
    expect(platform(persona).available).toMatchObject({ createsWithoutPresence });
  });
});

test('a security key does not list its accounts', () => {
  const authenticator = createAuthenticator({ persona: 'yubikey-5-nfc' });
  const key = new EmulatedKey({
    facts: { id: 'yubikey-5-nfc', label: 'YubiKey', aaguid: '' },
    kind: 'security-key',
    device: plugIn(authenticator),
    gestures: new ManualGestures(),
    inspect: () => authenticator.inspect(),
    connected: true,
    onChange: () => undefined,
    elapsedMs: () => 0,
  });
  expect(key.available?.discoverCredentials).toBeUndefined();
});
