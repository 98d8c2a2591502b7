import { describe, expect, it } from 'vitest';
import type { OpenedSession, SignedIn } from './methods/sessions.ts';
import { generateTotpCode } from './methods/totp.ts';
import type { Refused } from './refusals.ts';
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

  it.each(['', 'correct horse', 'undefined'])('refuses %j for a user who has no password', async (password) => {
    const { directory, signIn } = await createTestPortal();
    await directory.createUser({ name: 'visitor@contoso.test' });
    expect(await signIn.withPassword('visitor@contoso.test', password)).toMatchObject({
      accepted: false,
      reason: 'sign-in-failed',
    });
  });

  it('refuses a wrong password and an unknown name with the same reason', async () => {
    const { signIn, codes } = await createTestPortal();
    expect(await signIn.withPassword(adele.name, 'wrong')).toMatchObject({ reason: 'sign-in-failed' });
    expect(await signIn.withPassword('unknown@contoso.test', adele.password)).toMatchObject({
      reason: 'sign-in-failed',
    });
    expect(codes).not.toContain('signin.ok');
  });

  it('counts attempts with a name that is written differently, and a success starts the count again', async () => {
    const { signIn } = await createTestPortal();
    for (let count = 0; count < 9; count++) await signIn.withPassword(` ${adele.name.toUpperCase()} `, 'wrong');
    expect(await signIn.withPassword(adele.name, adele.password)).toMatchObject({ accepted: true });
    for (let count = 0; count < 10; count++)
      expect(await signIn.withPassword(adele.name, 'wrong')).toMatchObject({ reason: 'sign-in-failed' });
    expect(await signIn.withPassword(adele.name, 'wrong')).toMatchObject({ reason: 'throttled' });
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

describe('60 concurrent attempts, the last one correct', () => {
  /** Each starts 60 attempts and returns their outcomes. */
  const secrets: Record<string, (portal: TestPortal) => Promise<{ accepted: boolean; reason?: string }[]>> = {
    'a password': ({ signIn }) =>
      attemptAll((correct) => signIn.withPassword(adele.name, correct ? adele.password : 'wrong')),
    'the password of an unknown user': ({ signIn }) =>
      attemptAll((correct) => signIn.withPassword('unknown@contoso.test', correct ? adele.password : 'wrong')),
    'a Temporary Access Pass at sign-in': async (portal) => {
      const { code } = await issueTap(portal);
      return attemptAll((correct) => portal.signIn.withTap(adele.name, correct ? code : 'wrong'));
    },
    'a Temporary Access Pass of an unknown user': async (portal) => {
      const { code } = await issueTap(portal);
      return attemptAll((correct) => portal.signIn.withTap('unknown@contoso.test', correct ? code : 'wrong'));
    },
    'a Temporary Access Pass as second factor': async (portal) => {
      const [caller, { code }] = [await signInWithPassword(portal), await issueTap(portal)];
      return attemptAll((correct) => portal.signIn.verifyTap(caller, correct ? code : 'wrong'));
    },
    'a code of the authenticator app': async (portal) => {
      const caller = await signInWithPassword(portal);
      const code = generateTotpCode(totpSecret, portal.clock.now());
      return attemptAll((correct) => portal.signIn.verifyTotp(caller, correct ? code : '000000'));
    },
    'the first code of an authenticator app': async (portal) => {
      const caller = await signInWithPassword(portal);
      const totpDraft = await portal.signIn.startTotpSetUp(caller);
      const drafted = { ...caller, session: { ...caller.session, totpDraft } };
      const code = generateTotpCode(totpDraft, portal.clock.now());
      return attemptAll((correct) => portal.signIn.confirmTotp(drafted, correct ? code : '000000'));
    },
  };
  const attemptAll = <T>(attempt: (correct: boolean) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: 60 }, (_, number) => attempt(number === 59)));

  it.each(Object.entries(secrets))('of %s: ten are evaluated, the others are throttled', async (_, attempt) => {
    const outcomes = await attempt(await createTestPortal({}, { totpSecret }));
    expect(outcomes.filter(({ reason }) => reason === 'throttled')).toHaveLength(50);
    expect(outcomes.some(({ accepted }) => accepted)).toBe(false);
  });
});

describe('a session that proves MFA', () => {
  const proofs: Record<string, (portal: TestPortal, caller: OpenedSession) => Promise<SignedIn | Refused>> = {
    'with a code of the authenticator app': ({ signIn, clock }, caller) =>
      signIn.verifyTotp(caller, generateTotpCode(totpSecret, clock.now())),
    'with a Temporary Access Pass': async (portal, caller) =>
      portal.signIn.verifyTap(caller, (await issueTap(portal)).code),
    'by adding an authenticator app': async ({ signIn, clock }, caller) => {
      const totpDraft = await signIn.startTotpSetUp(caller);
      const drafted = { ...caller, session: { ...caller.session, totpDraft } };
      return signIn.confirmTotp(drafted, generateTotpCode(totpDraft, clock.now()));
    },
  };
  it.each(Object.entries(proofs))('%s gets a new id and token; the old one is no longer valid', async (_, prove) => {
    const portal = await createTestPortal({}, { totpSecret });
    const caller = await signInWithPassword(portal);
    const proven = expectAccepted(await prove(portal, caller));
    expect(proven.token).not.toBe(caller.token);
    expect(proven.session).toMatchObject({ userId: portal.user.id, csrfToken: caller.session.csrfToken });
    expect(proven.session.id).not.toBe(caller.session.id);
    expect(proven.session.totpDraft).toBeUndefined();
    expect(await prove(portal, caller), 'with the old session').toMatchObject({ accepted: false });
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
    const again = await signInWithPassword(portal);
    expect(await portal.signIn.verifyTotp(again, generateTotpCode(totpSecret, portal.clock.now()))).toMatchObject({
      accepted: true,
    });
  });

  it('does not accept the code that confirmed the app, nor an earlier one, in another session', async () => {
    const portal = await createTestPortal();
    const { signIn, directory, clock, user } = portal;
    const caller = await directory.openSession(user);
    const secret = await signIn.startTotpSetUp(caller);
    const drafted = { ...caller, session: { ...caller.session, totpDraft: secret } };
    const [earlier, code] = [generateTotpCode(secret, clock.now() - 30_000), generateTotpCode(secret, clock.now())];
    expectAccepted(await signIn.confirmTotp(drafted, code));
    const other = await signInWithPassword(portal);
    for (const used of [code, earlier])
      expect(await signIn.verifyTotp(other, used)).toMatchObject({ reason: 'totp-invalid' });
    clock.advance(30_000);
    expect(await signIn.verifyTotp(other, generateTotpCode(secret, clock.now()))).toMatchObject({ accepted: true });
  });

  it('is added once when its first code is sent twice at the same time', async () => {
    const { signIn, directory, clock, user } = await createTestPortal();
    const caller = await directory.openSession(user);
    const secret = await signIn.startTotpSetUp(caller);
    const drafted = { ...caller, session: { ...caller.session, totpDraft: secret } };
    const code = generateTotpCode(secret, clock.now());
    const outcomes = await Promise.all([signIn.confirmTotp(drafted, code), signIn.confirmTotp(drafted, code)]);
    expect(outcomes.map(({ accepted }) => accepted).sort()).toEqual([false, true]);
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
    for (const name of [adele.name, 'unknown@contoso.test'])
      expect(await portal.signIn.withTap(name, code)).toMatchObject({ reason: 'mfa-method-not-accepted' });
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
