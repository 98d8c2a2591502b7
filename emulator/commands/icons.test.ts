import { describe, expect, it } from 'vitest';
import { utf8 } from '#base/bytes.ts';
import { defined } from '#base/testing/defined.ts';
import { createAuthenticator, type PersonaId } from '../index.ts';
import { rpId, TestPlatform } from '../testing/test-platform.ts';

const pin = '1234';
const icon = 'https://example.com/alice.png';
const platformFor = (persona: PersonaId) => new TestPlatform(createAuthenticator({ persona, pin }));

const withToken = async (platform: TestPlatform) => {
  const { token } = await platform.pinToken(1, pin);
  return platform.pinUvAuth(1, defined(token));
};

/** Registers two accounts, of which the newer has an icon. */
async function registerTwoAccounts(platform: TestPlatform) {
  for (const user of [
    { id: utf8('bob'), name: 'bob' },
    { id: utf8('alice'), name: 'alice', icon },
  ])
    await platform.makeCredential({ user, options: { rk: true }, ...(await withToken(platform)) });
}

const rpIcon = (value: string | number) => ({ rp: { id: rpId, icon: value } });
const userIcon = (value: string | Uint8Array) => ({ user: { id: utf8('user'), icon: value } });

describe('a persona with the icons of CTAP 2.0', () => {
  it.each([
    ['rp.icon that is a number', rpIcon(1), 'CTAP2_ERR_CBOR_UNEXPECTED_TYPE'],
    ['user.icon that is a byte string', userIcon(new Uint8Array(1)), 'CTAP2_ERR_CBOR_UNEXPECTED_TYPE'],
    ['rp.icon that is a URL', rpIcon(icon), 'CTAP2_OK'],
    ['user.icon that is a URL', userIcon(icon), 'CTAP2_OK'],
  ])('answers %s with $2', async (_title, changes, status) => {
    const platform = platformFor('solo');
    expect((await platform.makeCredential({ ...changes, ...(await withToken(platform)) })).status).toBe(status);
  });

  it('returns the icon with the names of a verified user who has several accounts', async () => {
    const platform = platformFor('solo');
    await registerTwoAccounts(platform);
    const { response } = await platform.getAssertion(await withToken(platform));
    expect(response.user).toEqual({ id: utf8('alice'), name: 'alice', icon });
    const { response: next } = await platform.send('authenticatorGetNextAssertion');
    expect(next.user).toEqual({ id: utf8('bob'), name: 'bob' });
  });

  it('returns no icon without user verification', async () => {
    const platform = platformFor('solo');
    await registerTwoAccounts(platform);
    expect((await platform.getAssertion()).response.user).toEqual({ id: utf8('alice') });
  });

  it('keeps the icon in the exported state', async () => {
    const platform = platformFor('solo');
    await registerTwoAccounts(platform);
    const importedState = platform.authenticator.exportState();
    const restored = new TestPlatform(createAuthenticator({ persona: 'solo', importedState }));
    const { response } = await restored.getAssertion(await withToken(restored));
    expect(response.user?.icon).toBe(icon);
  });
});

describe.each(['touchstone-key', 'yubikey-5-firmware-51'] as const)('the persona %s', (persona) => {
  it('ignores icons, whatever their type is, and stores none', async () => {
    const platform = platformFor(persona);
    for (const changes of [rpIcon(1), userIcon(new Uint8Array(1)), userIcon(icon)])
      expect((await platform.makeCredential({ ...changes, ...(await withToken(platform)) })).status).toBe('CTAP2_OK');
    await registerTwoAccounts(platform);
    const { response } = await platform.getAssertion(await withToken(platform));
    expect(response.user).toEqual({ id: utf8('alice'), name: 'alice' });
    expect(JSON.stringify(platform.authenticator.exportState())).not.toContain('icon');
  });
});
