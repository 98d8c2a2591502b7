import { describe, expect, it } from 'vitest';
import { totpCode } from './methods/totp.ts';
import { adele, type TestParty, testParty, totpSecret } from './testing/test-portal.ts';

const minute = 60_000;
const signedIn = async ({ signIn }: TestParty) => {
  const outcome = await signIn.withPassword(adele.name, adele.password);
  if (!outcome.accepted) throw new Error(outcome.reason);
  return outcome;
};
const issued = async ({ directory, user }: TestParty, request = {}) => {
  const outcome = await directory.issueTap(user, request);
  if (!outcome.accepted) throw new Error(outcome.reason);
  return outcome;
};

describe('password', () => {
  it('opens a session without MFA', async () => {
    const party = await testParty();
    expect((await signedIn(party)).session.mfa).toBeUndefined();
    expect(party.codes).toContain('signin.ok');
  });

  it('refuses a wrong password and an unknown name alike', async () => {
    const { signIn, codes } = await testParty();
    expect(await signIn.withPassword(adele.name, 'wrong')).toMatchObject({ reason: 'sign-in-failed' });
    expect(await signIn.withPassword('nobody@contoso.test', adele.password)).toMatchObject({
      reason: 'sign-in-failed',
    });
    expect(codes).not.toContain('signin.ok');
  });

  it('throttles after ten failures in a row, for a minute after the last', async () => {
    const { signIn, clock } = await testParty();
    for (let count = 0; count < 10; count++) await signIn.withPassword(adele.name, 'wrong');
    expect(await signIn.withPassword(adele.name, adele.password)).toMatchObject({ reason: 'throttled' });
    clock.advance(minute);
    expect(await signIn.withPassword(adele.name, adele.password)).toMatchObject({ accepted: true });
    expect(await signIn.withPassword(adele.name, 'wrong'), 'counts from zero again').toMatchObject({
      reason: 'sign-in-failed',
    });
  });
});

describe('authenticator app', () => {
  it('proves MFA with the current code, once', async () => {
    const party = await testParty({}, { totpSecret });
    const caller = await signedIn(party);
    const code = totpCode(totpSecret, party.clock.now());
    expect(await party.signIn.proveTotp(caller, `${code.slice(0, 3)} ${code.slice(3)}`)).toMatchObject({
      session: { mfa: { method: 'totp' } },
    });
    expect(await party.signIn.proveTotp(caller, code), 'the same code again').toMatchObject({ reason: 'totp-invalid' });
    party.clock.advance(minute);
    expect(await party.signIn.proveTotp(caller, totpCode(totpSecret, party.clock.now()))).toMatchObject({
      accepted: true,
    });
  });

  it('refuses old, wrong and malformed codes', async () => {
    const party = await testParty({}, { totpSecret });
    const caller = await signedIn(party);
    for (const code of [totpCode(totpSecret, party.clock.now() - 5 * minute), '', '12345', '1234567', 'abcdef'])
      expect(await party.signIn.proveTotp(caller, code), code).toMatchObject({ reason: 'totp-invalid' });
    expect(party.codes).not.toContain('mfa.totp.ok');
  });

  it('is added by entering its first code, which counts as MFA', async () => {
    const { signIn, directory, clock, user, codes } = await testParty();
    const caller = await directory.openSession(user);
    const secret = await signIn.draftTotp(caller);
    const drafted = { ...caller, session: { ...caller.session, totpDraft: secret } };
    expect(await signIn.draftTotp(drafted), 'the same on reload').toBe(secret);
    expect(await signIn.confirmTotp(drafted, '000000')).toMatchObject({ reason: 'totp-invalid' });
    expect((await directory.user(user.name))?.totpSecret).toBeUndefined();
    expect(await signIn.confirmTotp(drafted, totpCode(secret, clock.now()))).toMatchObject({
      session: { mfa: { method: 'totp' } },
    });
    expect((await directory.user(user.name))?.totpSecret).toBe(secret);
    expect(codes).toContain('totp.enrolled');
  });
});

describe('Temporary Access Pass', () => {
  it('signs in as both factors, and its session ends with it', async () => {
    const party = await testParty();
    const { code, expiresAt } = await issued(party, { lifetimeMinutes: 90 });
    const outcome = await party.signIn.withTap(adele.name, code);
    expect(outcome).toMatchObject({ session: { mfa: { method: 'tap' }, expiresAt } });
    expect(party.codes).toEqual(expect.arrayContaining(['tap.issued', 'mfa.tap.ok', 'signin.ok']));
  });

  it('shortens a session that was opened with a password', async () => {
    const party = await testParty();
    const { code, expiresAt } = await issued(party);
    expect(await party.signIn.proveTap(await signedIn(party), code)).toMatchObject({ session: { expiresAt } });
  });

  it('works again until it expires, unless it is one-time', async () => {
    const party = await testParty();
    const { code } = await issued(party, { lifetimeMinutes: 60 });
    expect(await party.signIn.withTap(adele.name, code)).toMatchObject({ accepted: true });
    party.clock.advance(59 * minute);
    expect(await party.signIn.withTap(adele.name, code)).toMatchObject({ accepted: true });
    party.clock.advance(minute);
    expect(await party.signIn.withTap(adele.name, code)).toMatchObject({ reason: 'tap-expired' });
    const once = await issued(party, { oneTime: true });
    expect(await party.signIn.withTap(adele.name, once.code)).toMatchObject({ accepted: true });
    expect(await party.signIn.withTap(adele.name, once.code)).toMatchObject({ reason: 'tap-used' });
  });

  it('gives a one-time pass ten minutes to register', async () => {
    const party = await testParty();
    const { code } = await issued(party, { oneTime: true });
    const outcome = await party.signIn.withTap(adele.name, code);
    if (!outcome.accepted) throw new Error(outcome.reason);
    party.clock.advance(9 * minute);
    expect(await party.relyingParty.creationOptions(outcome)).toMatchObject({ accepted: true });
    party.clock.advance(minute);
    expect(await party.relyingParty.creationOptions(outcome)).toMatchObject({ reason: 'tap-window-over' });
  });

  it('is void once a new one is issued, refused for another user and where the policy does not accept it', async () => {
    const party = await testParty();
    const former = await issued(party);
    const { code } = await issued(party);
    expect(await party.signIn.withTap(adele.name, former.code)).toMatchObject({ reason: 'tap-invalid' });
    expect(party.codes).toContain('tap.replaced');
    await party.directory.createUser({ ...adele, name: 'bob@contoso.test' });
    expect(await party.signIn.withTap('bob@contoso.test', code)).toMatchObject({ reason: 'tap-invalid' });
    expect(await party.signIn.withTap('nobody@contoso.test', code)).toMatchObject({ reason: 'tap-invalid' });
    await party.directory.setPolicy({ mfa: { accept: ['totp'] } });
    expect(await party.signIn.withTap(adele.name, code)).toMatchObject({ reason: 'mfa-method-not-accepted' });
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
  it.each(limits)('request %o: %s', async (request, reason) => {
    const { directory, user } = await testParty({ tap: { minLifetimeMinutes: 60 } });
    const outcome = await directory.issueTap(user, request);
    expect(outcome.accepted ? undefined : outcome.reason).toBe(reason);
    if (outcome.accepted && 'length' in request) expect(outcome.code).toHaveLength(Number(request.length));
  });

  it('is not issued to guests, and is one-time where the policy says so', async () => {
    const guest = await testParty({}, { guest: true });
    expect(await guest.directory.issueTap(guest.user)).toMatchObject({ reason: 'tap-guest' });
    expect(guest.codes).toContain('tap.refused');
    expect(await issued(await testParty({ tap: { oneTime: true } }))).toMatchObject({ oneTime: true });
  });
});
