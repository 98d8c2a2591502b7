import { describe, expect, it } from 'vitest';
import { flag } from '#protocol/authenticator-data.ts';
import type { PolicyInput } from './config.ts';
import type { NewUser } from './directory.ts';
import { createTestPortal, expectAccepted, registerPasskey, testOrigin, totpSecret } from './testing/test-portal.ts';
import { makeRegistration, type RegistrationParts } from './verification/testing/registration.ts';

/** As credential managers create a passkey when the user does nothing. */
const withoutPresence = { flags: flag.BE | flag.BS, aaguid: 'fbfc3007-154e-4ecc-8c0b-6e020557d7bd' };

/** Creates a portal with a user who has signed in with the password, or with `mfa`. */
async function signIn(policy: PolicyInput = {}, user: Partial<NewUser> = {}, mfa?: 'totp') {
  const portal = await createTestPortal({ passkeyUpgrade: true, ...policy }, user);
  const caller = await portal.directory.openSession(portal.user, mfa);
  const { relyingParty } = portal;
  const upgradeWith = async (parts: Partial<RegistrationParts> = withoutPresence) => {
    const { options } = expectAccepted(await relyingParty.upgradeOptions(caller));
    return relyingParty.upgrade(
      caller,
      await makeRegistration({ challenge: options.challenge, origin: testOrigin, ...parts }),
    );
  };
  return { ...portal, caller, upgradeWith };
}

describe('a passkey upgrade', () => {
  it('stores a passkey without user presence, user verification or a question for its name', async () => {
    const { upgradeWith, directory, user, codes } = await signIn();
    const { passkey } = expectAccepted(await upgradeWith());
    expect(passkey).toMatchObject({ userVerified: false, name: 'Apple Passwords' });
    expect(await directory.passkeys(user)).toEqual([passkey]);
    expect(codes.slice(-3)).toEqual(['registration.options', 'passkey.pending', 'passkey.registered']);
  });

  it('asks for no user verification, whatever the policy requires, and excludes registered passkeys', async () => {
    const portal = await createTestPortal({ passkeyUpgrade: true, userVerification: 'required' });
    const { response } = await registerPasskey(portal);
    const caller = await portal.directory.openSession(portal.user, 'totp');
    const { options } = expectAccepted(await portal.relyingParty.upgradeOptions(caller));
    expect(options.authenticatorSelection?.userVerification).toBe('preferred');
    expect(options.excludeCredentials).toMatchObject([{ id: (response as { id: string }).id }]);
  });

  it.each<[string, PolicyInput, Partial<NewUser>, string]>([
    ['the policy has it off', { passkeyUpgrade: false }, {}, 'upgrade-off'],
    ['the user may not have passkeys', { excludedGroups: ['sales'] }, {}, 'user-excluded'],
    ['the user has a second factor and has not used it', {}, { totpSecret }, 'mfa-required'],
  ])('is refused when %s', async (_case, policy, user, reason) => {
    const { relyingParty, caller } = await signIn(policy, user);
    expect(await relyingParty.checkUpgrade(caller)).toMatchObject({ reason });
    expect(await relyingParty.upgradeOptions(caller)).toMatchObject({ reason });
    expect(await relyingParty.upgrade(caller, {})).toMatchObject({ reason });
  });

  it('is not offered to a user who has signed in with a passkey', async () => {
    const { directory, relyingParty, user } = await signIn();
    const caller = await directory.openSession(user, 'passkey');
    expect(await relyingParty.checkUpgrade(caller)).toMatchObject({ reason: 'upgrade-off' });
  });

  it('is allowed after the second factor', async () => {
    const { relyingParty, caller } = await signIn({}, { totpSecret }, 'totp');
    expect(await relyingParty.checkUpgrade(caller)).toBeUndefined();
  });

  it('needs its own challenge: that of an ordinary registration does not lower the requirements', async () => {
    const { relyingParty, caller } = await signIn({}, { totpSecret }, 'totp');
    const { options } = expectAccepted(await relyingParty.creationOptions(caller));
    const response = await makeRegistration({ challenge: options.challenge, origin: testOrigin, ...withoutPresence });
    expect(await relyingParty.upgrade(caller, response)).toMatchObject({ reason: 'challenge-mismatch' });
  });

  it('uses a challenge that an ordinary registration refuses', async () => {
    const { relyingParty, caller } = await signIn({}, { totpSecret }, 'totp');
    const { options } = expectAccepted(await relyingParty.upgradeOptions(caller));
    const response = await makeRegistration({ challenge: options.challenge, origin: testOrigin });
    expect(await relyingParty.register(caller, response)).toMatchObject({ reason: 'challenge-mismatch' });
  });

  it('follows the policy on what may be registered', async () => {
    const { upgradeWith, directory, user } = await signIn({ allow: ['security-key'] });
    expect(await upgradeWith()).toMatchObject({ reason: 'synced-not-allowed' });
    expect(await directory.passkeys(user)).toEqual([]);
  });
});

it('an ordinary registration needs user presence', async () => {
  const { relyingParty, caller } = await signIn({}, { totpSecret }, 'totp');
  const { options } = expectAccepted(await relyingParty.creationOptions(caller));
  const response = await makeRegistration({ challenge: options.challenge, origin: testOrigin, ...withoutPresence });
  expect(await relyingParty.register(caller, response)).toMatchObject({ reason: 'user-presence-missing' });
});
