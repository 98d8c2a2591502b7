import { describe, expect, it } from 'vitest';
import { Timeline } from '#result/timeline.ts';
import {
  createTestPortal,
  expectAccepted,
  registerCredential,
  registerPasskey,
  registerPending,
  testOrigin,
} from './testing/test-portal.ts';
import { makeRegistration, testAaguid } from './verification/testing/registration.ts';

const minute = 60_000;

describe('creation options', () => {
  it('follow the policy', async () => {
    const { options } = await registerCredential(
      await createTestPortal({ allow: ['security-key'], attestation: 'enforced', algorithms: [-8] }),
    );
    expect(options).toMatchObject({
      rp: { id: 'localhost', name: 'Contoso' },
      user: { name: 'adele@contoso.test', displayName: 'Adele Vance' },
      pubKeyCredParams: [{ type: 'public-key', alg: -8 }],
      timeout: 60_000,
      excludeCredentials: [],
      authenticatorSelection: {
        authenticatorAttachment: 'cross-platform',
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'required',
      },
      attestation: 'direct',
    });
  });

  it('omit the attachment if the policy allows both, and exclude registered passkeys', async () => {
    const portal = await createTestPortal();
    const first = await registerPasskey(portal);
    const { options } = await registerCredential(portal);
    expect(options.authenticatorSelection).not.toHaveProperty('authenticatorAttachment');
    expect(options.excludeCredentials).toEqual([
      { type: 'public-key', id: first.response.id, transports: ['nfc', 'usb'] },
    ]);
  });

  it('are refused without recent MFA, and the log records the reason', async () => {
    const portal = await createTestPortal();
    const caller = await portal.directory.openSession(portal.user);
    expect(await portal.relyingParty.creationOptions(caller)).toMatchObject({ reason: 'no-mfa-method' });
    const verified = await portal.directory.openSession(portal.user, 'totp');
    portal.clock.advance(5 * minute);
    expect(await portal.relyingParty.creationOptions(verified)).toMatchObject({ reason: 'no-mfa-method' });
    await portal.directory.issueTap(portal.user);
    expect(await portal.relyingParty.creationOptions(verified)).toMatchObject({ reason: 'mfa-stale' });
    expect((await portal.details('registration.refused')).map(({ reason }) => reason)).toEqual([
      'no-mfa-method',
      'no-mfa-method',
      'mfa-stale',
    ]);
  });
});

describe('registration', () => {
  it('keeps the credential pending, and stores it as a passkey when it is named', async () => {
    const portal = await createTestPortal();
    const { caller, pending } = await registerPending(portal);
    expect(await portal.directory.passkeys(portal.user)).toEqual([]);
    expect(await portal.directory.pendingPasskeys(portal.user)).toMatchObject([{ state: 'waiting' }]);
    const named = await portal.relyingParty.namePasskey(caller, pending.id, '  Desk key ');
    expect(named).toMatchObject({ passkey: { name: 'Desk key', aaguid: testAaguid } });
    expect(await portal.directory.passkeys(portal.user)).toHaveLength(1);
    expect(await portal.directory.pendingPasskeys(portal.user)).toEqual([]);
    expect(portal.codes.slice(-3)).toEqual(['registration.options', 'passkey.pending', 'passkey.registered']);
  });

  it('abandons a credential that is not named in time, that the user cancels, or that the user replaces', async () => {
    const portal = await createTestPortal();
    const late = await registerPending(portal);
    portal.clock.advance(10 * minute);
    expect(await portal.relyingParty.namePasskey(late.caller, late.pending.id, 'Late')).toMatchObject({
      reason: 'pending-gone',
    });
    await registerPending(portal);
    const last = await registerPending(portal);
    await portal.relyingParty.abandonPending(last.caller, last.pending.id);
    expect((await portal.directory.pendingPasskeys(portal.user)).map(({ state }) => state)).toEqual([
      'abandoned',
      'abandoned',
      'abandoned',
    ]);
    expect(portal.codes.filter((code) => code === 'passkey.abandoned')).toHaveLength(3);
    expect(await portal.directory.passkeys(portal.user)).toEqual([]);
  });

  it('does not let another session name the credential', async () => {
    const portal = await createTestPortal();
    const { pending } = await registerPending(portal);
    const otherSession = await portal.directory.openSession(portal.user, 'totp');
    expect(await portal.relyingParty.namePasskey(otherSession, pending.id, 'Mine')).toMatchObject({
      reason: 'pending-gone',
    });
  });

  it.each(['', '   ', 'x'.repeat(65), 'a\u0000b', 'a\nb'])('refuses the name %j', async (name) => {
    const portal = await createTestPortal();
    const { caller, pending } = await registerPending(portal);
    expect(await portal.relyingParty.namePasskey(caller, pending.id, name)).toMatchObject({ reason: 'name-invalid' });
    expect(await portal.relyingParty.namePasskey(caller, pending.id, 'x'.repeat(64))).toMatchObject({ accepted: true });
  });

  it('refuses a verified credential that the policy forbids, and does not store it', async () => {
    const portal = await createTestPortal({ aaguids: { mode: 'deny', list: [testAaguid] } });
    expect((await registerCredential(portal)).outcome).toMatchObject({ reason: 'aaguid-not-allowed' });
    expect(await portal.details('registration.refused')).toMatchObject([
      { reason: 'aaguid-not-allowed', aaguid: testAaguid },
    ]);
    expect(await portal.directory.pendingPasskeys(portal.user)).toEqual([]);
  });

  it('refuses a credential id that is already registered, also for another user', async () => {
    const portal = await createTestPortal();
    const credentialId = new Uint8Array(32).fill(9);
    expect((await registerCredential(portal, { credentialId })).outcome).toMatchObject({ accepted: true });
    const bob = await portal.directory.createUser({ name: 'bob@contoso.test', password: 'x' });
    expect((await registerCredential({ ...portal, user: bob }, { credentialId })).outcome).toMatchObject({
      reason: 'already-registered',
    });
  });

  it('records the duration of each phase', async () => {
    const portal = await createTestPortal();
    const timeline = new Timeline();
    const caller = await portal.directory.openSession(portal.user, 'totp');
    const { options } = expectAccepted(await portal.relyingParty.creationOptions(caller, timeline));
    const response = await makeRegistration({ challenge: options.challenge, origin: testOrigin });
    const { pending } = expectAccepted(await portal.relyingParty.register(caller, response, timeline));
    await portal.relyingParty.namePasskey(caller, pending.id, 'Desk key', timeline);
    expect(timeline.spans().map(({ phase }) => phase)).toEqual(['rp-options', 'rp-verify', 'rp-store', 'rp-store']);
  });
});

describe('a challenge', () => {
  const requestOptions = async () => {
    const portal = await createTestPortal();
    const caller = await portal.directory.openSession(portal.user, 'totp');
    const { options } = expectAccepted(await portal.relyingParty.creationOptions(caller));
    const response = await makeRegistration({ challenge: options.challenge, origin: testOrigin });
    return { portal, caller, response };
  };

  it('is accepted once', async () => {
    const { portal, caller, response } = await requestOptions();
    expect(await portal.relyingParty.register(caller, response)).toMatchObject({ accepted: true });
    expect(await portal.relyingParty.register(caller, response)).toMatchObject({ reason: 'challenge-mismatch' });
  });

  it('is used up by an invalid response too', async () => {
    const { portal, caller, response } = await requestOptions();
    const broken = { ...response, response: { ...response.response, attestationObject: 'oA' } };
    expect(await portal.relyingParty.register(caller, broken)).toMatchObject({ reason: 'attestation-object-invalid' });
    expect(await portal.relyingParty.register(caller, response)).toMatchObject({ reason: 'challenge-mismatch' });
  });

  it('is refused in another session', async () => {
    const { portal, response } = await requestOptions();
    const otherSession = await portal.directory.openSession(portal.user, 'totp');
    expect(await portal.relyingParty.register(otherSession, response)).toMatchObject({ reason: 'challenge-mismatch' });
  });

  it('expires after five minutes', async () => {
    const { portal, caller, response } = await requestOptions();
    portal.clock.advance(5 * minute);
    const verifiedAgain = {
      ...caller,
      session: { ...caller.session, mfa: { method: 'totp' as const, at: portal.clock.now() } },
    };
    expect(await portal.relyingParty.register(verifiedAgain, response)).toMatchObject({ reason: 'challenge-expired' });
  });
});

describe('a passkey', () => {
  it('can be renamed and deleted by its owner only', async () => {
    const portal = await createTestPortal();
    const { caller, pending } = await registerPasskey(portal);
    const { id } = pending;
    const bob = await portal.directory.openSession(
      await portal.directory.createUser({ name: 'bob@contoso.test', password: 'x' }),
    );
    expect(await portal.relyingParty.renamePasskey(bob, id, 'Bob’s')).toMatchObject({ reason: 'not-found' });
    expect(await portal.relyingParty.deletePasskey(bob, id)).toMatchObject({ reason: 'not-found' });
    expect(await portal.relyingParty.renamePasskey(caller, id, '')).toMatchObject({ reason: 'name-invalid' });
    expect(await portal.relyingParty.renamePasskey(caller, id, 'Travel key')).toMatchObject({ accepted: true });
    expect(await portal.directory.passkeys(portal.user)).toMatchObject([{ name: 'Travel key' }]);
    expect(await portal.relyingParty.deletePasskey(caller, id)).toMatchObject({ accepted: true });
    expect(await portal.directory.passkeys(portal.user)).toEqual([]);
  });
});
