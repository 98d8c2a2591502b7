import { describe, expect, it } from 'vitest';
import { Timeline } from '#result/timeline.ts';
import { registerAs, testOrigin, testParty } from './testing/test-portal.ts';
import { makeRegistration, testAaguid } from './verification/testing/registration.ts';

const minute = 60_000;

describe('creation options', () => {
  it('ask for what the policy wants', async () => {
    const { given } = await registerAs(
      await testParty({ allow: ['security-key'], attestation: 'enforced', algorithms: [-8] }),
    );
    expect(given).toMatchObject({
      options: {
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
      },
    });
  });

  it('leave the place open where the policy does, and exclude what is registered', async () => {
    const party = await testParty();
    const first = await registerAs(party);
    if (!first.outcome.accepted || !('pending' in first.outcome)) throw new Error('not accepted');
    await party.relyingParty.name(first.caller, first.outcome.pending.id, 'Desk key');
    const { given } = await registerAs(party);
    if (!('options' in given)) throw new Error('no options');
    expect(given.options.authenticatorSelection).not.toHaveProperty('authenticatorAttachment');
    expect(given.options.excludeCredentials).toEqual([
      { type: 'public-key', id: first.response?.id, transports: ['nfc', 'usb'] },
    ]);
  });

  it('are refused without fresh MFA, and the log says why', async () => {
    const party = await testParty();
    const caller = await party.directory.openSession(party.user);
    expect(await party.relyingParty.creationOptions(caller)).toMatchObject({ reason: 'no-mfa-method' });
    const fresh = await party.directory.openSession(party.user, 'totp');
    party.clock.advance(5 * minute);
    expect(await party.relyingParty.creationOptions(fresh)).toMatchObject({ reason: 'no-mfa-method' });
    await party.directory.issueTap(party.user);
    expect(await party.relyingParty.creationOptions(fresh)).toMatchObject({ reason: 'mfa-stale' });
    expect((await party.details('registration.refused')).map(({ reason }) => reason)).toEqual([
      'no-mfa-method',
      'no-mfa-method',
      'mfa-stale',
    ]);
  });
});

describe('a registration', () => {
  it('waits for its name, and is stored when it has one', async () => {
    const party = await testParty();
    const { caller, outcome } = await registerAs(party);
    if (!outcome.accepted || !('pending' in outcome)) throw new Error('not accepted');
    expect(await party.directory.passkeys(party.user)).toEqual([]);
    expect(await party.directory.orphans(party.user)).toMatchObject([{ state: 'waiting' }]);
    const named = await party.relyingParty.name(caller, outcome.pending.id, '  Desk key ');
    expect(named).toMatchObject({ passkey: { name: 'Desk key', aaguid: testAaguid } });
    expect(await party.directory.passkeys(party.user)).toHaveLength(1);
    expect(await party.directory.orphans(party.user)).toEqual([]);
    expect(party.codes.slice(-3)).toEqual(['registration.options', 'passkey.pending', 'passkey.registered']);
  });

  it('becomes an orphan when it waited too long, was given up or was started over', async () => {
    const party = await testParty();
    const late = await registerAs(party);
    if (!late.outcome.accepted || !('pending' in late.outcome)) throw new Error('not accepted');
    party.clock.advance(10 * minute);
    expect(await party.relyingParty.name(late.caller, late.outcome.pending.id, 'Late')).toMatchObject({
      reason: 'pending-gone',
    });
    await registerAs(party);
    const last = await registerAs(party);
    if (!last.outcome.accepted || !('pending' in last.outcome)) throw new Error('not accepted');
    await party.relyingParty.abandon(last.caller, last.outcome.pending.id);
    expect((await party.directory.orphans(party.user)).map(({ state }) => state)).toEqual([
      'abandoned',
      'abandoned',
      'abandoned',
    ]);
    expect(party.codes.filter((code) => code === 'passkey.abandoned')).toHaveLength(3);
    expect(await party.directory.passkeys(party.user)).toEqual([]);
  });

  it('cannot be named by another session', async () => {
    const party = await testParty();
    const { outcome } = await registerAs(party);
    if (!outcome.accepted || !('pending' in outcome)) throw new Error('not accepted');
    const stranger = await party.directory.openSession(party.user, 'totp');
    expect(await party.relyingParty.name(stranger, outcome.pending.id, 'Mine')).toMatchObject({
      reason: 'pending-gone',
    });
  });

  it.each(['', '   ', 'x'.repeat(65), 'a\u0000b', 'a\nb'])('cannot be named %j', async (name) => {
    const party = await testParty();
    const { caller, outcome } = await registerAs(party);
    if (!outcome.accepted || !('pending' in outcome)) throw new Error('not accepted');
    expect(await party.relyingParty.name(caller, outcome.pending.id, name)).toMatchObject({ reason: 'name-invalid' });
    expect(await party.relyingParty.name(caller, outcome.pending.id, 'x'.repeat(64))).toMatchObject({ accepted: true });
  });

  it('is refused by policy after it was verified, and leaves nothing behind', async () => {
    const party = await testParty({ aaguids: { mode: 'deny', list: [testAaguid] } });
    expect((await registerAs(party)).outcome).toMatchObject({ reason: 'aaguid-not-allowed' });
    expect(await party.details('registration.refused')).toMatchObject([
      { reason: 'aaguid-not-allowed', aaguid: testAaguid },
    ]);
    expect(await party.directory.orphans(party.user)).toEqual([]);
  });

  it('is refused when its credential id is known, even if somebody else’s', async () => {
    const party = await testParty();
    const credentialId = new Uint8Array(32).fill(9);
    expect((await registerAs(party, { credentialId })).outcome).toMatchObject({ accepted: true });
    const bob = await party.directory.createUser({ name: 'bob@contoso.test', password: 'x' });
    expect((await registerAs({ ...party, user: bob }, { credentialId })).outcome).toMatchObject({
      reason: 'already-registered',
    });
  });

  it('is measured', async () => {
    const party = await testParty();
    const timeline = new Timeline();
    const caller = await party.directory.openSession(party.user, 'totp');
    const given = await party.relyingParty.creationOptions(caller, timeline);
    if (!given.accepted) throw new Error(given.reason);
    const response = await makeRegistration({ challenge: given.options.challenge, origin: testOrigin });
    const outcome = await party.relyingParty.register(caller, response, timeline);
    if (!outcome.accepted) throw new Error(outcome.reason);
    await party.relyingParty.name(caller, outcome.pending.id, 'Desk key', timeline);
    expect(timeline.spans().map(({ phase }) => phase)).toEqual(['rp-options', 'rp-verify', 'rp-store', 'rp-store']);
  });
});

describe('a challenge', () => {
  const given = async () => {
    const party = await testParty();
    const caller = await party.directory.openSession(party.user, 'totp');
    const answer = await party.relyingParty.creationOptions(caller);
    if (!answer.accepted) throw new Error(answer.reason);
    return {
      party,
      caller,
      response: await makeRegistration({ challenge: answer.options.challenge, origin: testOrigin }),
    };
  };

  it('is answered once', async () => {
    const { party, caller, response } = await given();
    expect(await party.relyingParty.register(caller, response)).toMatchObject({ accepted: true });
    expect(await party.relyingParty.register(caller, response)).toMatchObject({ reason: 'challenge-mismatch' });
  });

  it('is used up by a wrong answer too', async () => {
    const { party, caller, response } = await given();
    const broken = { ...response, response: { ...response.response, attestationObject: 'oA' } };
    expect(await party.relyingParty.register(caller, broken)).toMatchObject({ reason: 'attestation-object-invalid' });
    expect(await party.relyingParty.register(caller, response)).toMatchObject({ reason: 'challenge-mismatch' });
  });

  it('belongs to its session', async () => {
    const { party, response } = await given();
    const other = await party.directory.openSession(party.user, 'totp');
    expect(await party.relyingParty.register(other, response)).toMatchObject({ reason: 'challenge-mismatch' });
  });

  it('expires after five minutes', async () => {
    const { party, caller, response } = await given();
    party.clock.advance(5 * minute);
    const fresh = {
      ...caller,
      session: { ...caller.session, mfa: { method: 'totp' as const, at: party.clock.now() } },
    };
    expect(await party.relyingParty.register(fresh, response)).toMatchObject({ reason: 'challenge-expired' });
  });
});

describe('a passkey', () => {
  it('is renamed and deleted by its owner only', async () => {
    const party = await testParty();
    const { caller, outcome } = await registerAs(party);
    if (!outcome.accepted || !('pending' in outcome)) throw new Error('not accepted');
    await party.relyingParty.name(caller, outcome.pending.id, 'Desk key');
    const { id } = outcome.pending;
    const bob = await party.directory.openSession(
      await party.directory.createUser({ name: 'bob@contoso.test', password: 'x' }),
    );
    expect(await party.relyingParty.rename(bob, id, 'Bob’s')).toMatchObject({ reason: 'not-found' });
    expect(await party.relyingParty.delete(bob, id)).toMatchObject({ reason: 'not-found' });
    expect(await party.relyingParty.rename(caller, id, '')).toMatchObject({ reason: 'name-invalid' });
    expect(await party.relyingParty.rename(caller, id, 'Travel key')).toMatchObject({ accepted: true });
    expect(await party.directory.passkeys(party.user)).toMatchObject([{ name: 'Travel key' }]);
    expect(await party.relyingParty.delete(caller, id)).toMatchObject({ accepted: true });
    expect(await party.directory.passkeys(party.user)).toEqual([]);
  });
});
