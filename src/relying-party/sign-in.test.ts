import { describe, expect, it } from 'vitest';
import { generateTotpCode } from './methods/totp.ts';
import { adele, createTestPortal, expectAccepted, type TestPortal, totpSecret } from './testing/test-portal.ts';

const minute = 60_000;
const signInWithPassword = async ({ signIn }: TestPortal) =>
  expectAccepted(await signIn.withPassword(adele.name, adele.password));
const issueTap = async ({ directory, user }: TestPortal, request = {}) =>
  expectAccepted(await directory.issueTap(user, request));

describe('password', () => {
  it('opens a session without MFA', async () => {
    const portal = await createTestPortal();
    expect((await signInWithPassword(portal)).session.mfa).toBeUndefined();
    expect(portal.codes).toContain('signin.ok');
  });

  it('refuses a wrong password and an unknown name with the same reason', async () => {
    const { signIn, codes } = await createTestPortal();
    expect(await signIn.withPassword(adele.name, 'wrong')).toMatchObject({ reason: 'sign-in-failed' });
    expect(await signIn.withPassword('unknown@contoso.test', adele.password)).toMatchObject({
      reason: 'sign-in-failed',
    });
    expect(codes).not.toContain('signin.ok');
  });

  it('refuses attempts for a minute after ten failures in a row', async () => {
    const { signIn, clock } = await createTestPortal();
    for (let count = 0; count < 10; count++) await signIn.withPassword(adele.name, 'wrong');
    expect(await signIn.withPassword(adele.name, adele.password)).toMatchObject({ reason: 'throttled' });
    clock.advance(minute);
    expect(await signIn.withPassword(adele.name, adele.password)).toMatchObject({ accepted: true });
    expect(await signIn.withPassword(adele.name, 'wrong'), 'the count starts again').toMatchObject({
      reason: 'sign-in-failed',
    });
  });
});

describe('authenticator app', () => {
  it('accepts the current code once', async () => {
    const portal = await createTestPortal({}, { totpSecret });
    const caller = await signInWithPassword(portal);
    const code = generateTotpCode(totpSecret, portal.clock.now());
    expect(await portal.signIn.verifyTotp(caller, `${code.slice(0, 3)} ${code.slice(3)}`)).toMatchObject({
      session: { mfa: { method: 'totp' } },
    });
    expect(await portal.signIn.verifyTotp(caller, code), 'the same code again').toMatchObject({
      reason: 'totp-invalid',
    });
    portal.clock.advance(minute);
    expect(await portal.signIn.verifyTotp(caller, generateTotpCode(totpSecret, portal.clock.now()))).toMatchObject({
      accepted: true,
    });
  });

  it('refuses old, wrong and malformed codes', async () => {
    const portal = await createTestPortal({}, { totpSecret });
    const caller = await signInWithPassword(portal);
    for (const code of [
      generateTotpCode(totpSecret, portal.clock.now() - 5 * minute),
      '',
      '12345',
      '1234567',
      'abcdef',
    ])
      expect(await portal.signIn.verifyTotp(caller, code), code).toMatchObject({ reason: 'totp-invalid' });
    expect(portal.codes).not.toContain('mfa.totp.ok');
  });

  it('is added by entering its first code, which counts as MFA', async () => {
    const { signIn, directory, clock, user, codes } = await createTestPortal();
    const caller = await directory.openSession(user);
    const secret = await signIn.startTotpSetUp(caller);
    const drafted = { ...caller, session: { ...caller.session, totpDraft: secret } };
    expect(await signIn.startTotpSetUp(drafted), 'the same secret on reload').toBe(secret);
    expect(await signIn.confirmTotp(drafted, '000000')).toMatchObject({ reason: 'totp-invalid' });
    expect((await directory.user(user.name))?.totpSecret).toBeUndefined();
    expect(await signIn.confirmTotp(drafted, generateTotpCode(secret, clock.now()))).toMatchObject({
      session: { mfa: { method: 'totp' } },
    });
    expect((await directory.user(user.name))?.totpSecret).toBe(secret);
    expect(codes).toContain('totp.enrolled');
  });
});

describe('Temporary Access Pass', () => {
  it('counts as both factors, and its session ends when it expires', async () => {
    const portal = await createTestPortal();
    const { code, expiresAt } = await issueTap(portal, { lifetimeMinutes: 90 });
    const outcome = await portal.signIn.withTap(adele.name, code);
    expect(outcome).toMatchObject({ session: { mfa: { method: 'tap' }, expiresAt } });
    expect(portal.codes).toEqual(expect.arrayContaining(['tap.issued', 'mfa.tap.ok', 'signin.ok']));
  });

  it('shortens a session that was opened with a password', async () => {
    const portal = await createTestPortal();
    const { code, expiresAt } = await issueTap(portal);
    expect(await portal.signIn.verifyTap(await signInWithPassword(portal), code)).toMatchObject({
      session: { expiresAt },
    });
  });

  it('can be used until it expires, or once if it is one-time', async () => {
    const portal = await createTestPortal();
    const { code } = await issueTap(portal, { lifetimeMinutes: 60 });
    expect(await portal.signIn.withTap(adele.name, code)).toMatchObject({ accepted: true });
    portal.clock.advance(59 * minute);
    expect(await portal.signIn.withTap(adele.name, code)).toMatchObject({ accepted: true });
    portal.clock.advance(minute);
    expect(await portal.signIn.withTap(adele.name, code)).toMatchObject({ reason: 'tap-expired' });
    const oneTime = await issueTap(portal, { oneTime: true });
    expect(await portal.signIn.withTap(adele.name, oneTime.code)).toMatchObject({ accepted: true });
    expect(await portal.signIn.withTap(adele.name, oneTime.code)).toMatchObject({ reason: 'tap-used' });
  });

  it('allows registration for ten minutes after a one-time pass was used', async () => {
    const portal = await createTestPortal();
    const { code } = await issueTap(portal, { oneTime: true });
    const caller = expectAccepted(await portal.signIn.withTap(adele.name, code));
    portal.clock.advance(9 * minute);
    expect(await portal.relyingParty.creationOptions(caller)).toMatchObject({ accepted: true });
    portal.clock.advance(minute);
    expect(await portal.relyingParty.creationOptions(caller)).toMatchObject({ reason: 'tap-window-over' });
  });

  it('is refused after a new one was issued, for another user, and if the policy does not accept passes', async () => {
    const portal = await createTestPortal();
    const replaced = await issueTap(portal);
    const { code } = await issueTap(portal);
    expect(await portal.signIn.withTap(adele.name, replaced.code)).toMatchObject({ reason: 'tap-invalid' });
    expect(portal.codes).toContain('tap.replaced');
    await portal.directory.createUser({ ...adele, name: 'bob@contoso.test' });
    expect(await portal.signIn.withTap('bob@contoso.test', code)).toMatchObject({ reason: 'tap-invalid' });
    expect(await portal.signIn.withTap('unknown@contoso.test', code)).toMatchObject({ reason: 'tap-invalid' });
    await portal.directory.setPolicy({ mfa: { accept: ['totp'] } });
    expect(await portal.signIn.withTap(adele.name, code)).toMatchObject({ reason: 'mfa-method-not-accepted' });
  });

  const limits: [object, string | undefined][] = [
    [{ lifetimeMinutes: 60 }, undefined],
    [{ lifetimeMinutes: 59 }, 'tap-lifetime'],
    [{ lifetimeMinutes: 480 }, undefined],
    [{ lifetimeMinutes: 481 }, 'tap-lifetime'],
    [{ lifetimeMinutes: 60.5 }, 'tap-lifetime'],
    [{ length: 8 }, undefined],
    [{ length: 7 }, 'tap-length'],
    [{ length: 48 }, undefined],
    [{ length: 49 }, 'tap-length'],
  ];
  it.each(limits)('requested with %o results in refusal %s', async (request, reason) => {
    const { directory, user } = await createTestPortal({ tap: { minLifetimeMinutes: 60 } });
    const outcome = await directory.issueTap(user, request);
    expect(outcome.accepted ? undefined : outcome.reason).toBe(reason);
    if (outcome.accepted && 'length' in request) expect(outcome.code).toHaveLength(Number(request.length));
  });

  it('is not issued to guests, and is one-time if the policy requires it', async () => {
    const guest = await createTestPortal({}, { guest: true });
    expect(await guest.directory.issueTap(guest.user)).toMatchObject({ reason: 'tap-guest' });
    expect(guest.codes).toContain('tap.refused');
    expect(await issueTap(await createTestPortal({ tap: { oneTime: true } }))).toMatchObject({ oneTime: true });
  });
});
