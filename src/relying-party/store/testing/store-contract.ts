/** Tests that every implementation of `Store` must pass. `open` opens a new, empty store. */
import { expect, it } from 'vitest';
import { defaultPolicy } from '../../config.ts';
import type { Session, Store } from '../store.ts';
import { adele, credential, pass, waiting } from './sample-records.ts';

export function storeContract(open: () => Promise<Store>): void {
  const withAdele = async () => {
    const store = await open();
    expect(await store.users.insert(adele)).toBe(true);
    return store;
  };

  it('stores a user, finds the name in any case, and refuses a second user with that name', async () => {
    await using store = await withAdele();
    expect(await store.users.byId(adele.id)).toEqual(adele);
    expect(await store.users.byName('ADELE@contoso.test')).toEqual(adele);
    expect(await store.users.insert({ ...adele, id: 'other', name: 'Adele@Contoso.test' })).toBe(false);
    expect(await store.users.list()).toEqual([adele]);
    expect(await store.users.byName('unknown@contoso.test')).toBeUndefined();
  });

  it('changes the display name of a user, and of no other', async () => {
    await using store = await withAdele();
    const other = { ...adele, id: 'other', name: 'bob@contoso.test' };
    await store.users.insert(other);
    await store.users.setDisplayName(adele.id, 'Adele V.');
    expect(await store.users.list()).toEqual([{ ...adele, displayName: 'Adele V.' }, other]);
  });

  it('allows a TOTP time step once, and refuses earlier steps', async () => {
    await using store = await withAdele();
    expect(await store.users.enrollTotp(adele.id, 'SECRET', 9)).toBe(true);
    expect((await store.users.byId(adele.id))?.totpSecret).toBe('SECRET');
    expect(await store.users.useTotpStep(adele.id, 9), 'the step that confirmed the app').toBe(false);
    expect(await store.users.useTotpStep(adele.id, 10)).toBe(true);
    expect(await store.users.useTotpStep(adele.id, 10)).toBe(false);
    expect(await store.users.useTotpStep(adele.id, 9)).toBe(false);
    expect(await store.users.useTotpStep(adele.id, 11)).toBe(true);
    await store.users.removeTotp(adele.id);
    expect(await store.users.byId(adele.id)).toEqual(adele);
  });

  it('enrols a TOTP secret once for each time step, and another secret at any time', async () => {
    await using store = await withAdele();
    expect(await store.users.enrollTotp(adele.id, 'SECRET', 10)).toBe(true);
    expect(await store.users.enrollTotp(adele.id, 'SECRET', 10)).toBe(false);
    expect(await store.users.enrollTotp(adele.id, 'SECRET', 9)).toBe(false);
    expect(await store.users.enrollTotp(adele.id, 'OTHER', 9)).toBe(true);
    expect(await store.users.useTotpStep(adele.id, 10)).toBe(true);
  });

  it('stores, updates, deletes and expires sessions', async () => {
    await using store = await withAdele();
    const session: Session = { id: 's1', userId: adele.id, csrfToken: 'c', createdAt: 1, expiresAt: 10 };
    await store.sessions.insert(session);
    expect(await store.sessions.byId('s1')).toEqual(session);
    const verified: Session = {
      ...session,
      expiresAt: 5,
      mfa: { method: 'tap', at: 2, registerUntil: 9 },
      totpDraft: 'D',
    };
    await store.sessions.update(verified);
    expect(await store.sessions.byId('s1')).toEqual(verified);
    await store.sessions.deleteExpired(4);
    expect(await store.sessions.byId('s1')).toEqual(verified);
    await store.sessions.deleteExpired(5);
    expect(await store.sessions.byId('s1')).toBeUndefined();
    await store.sessions.insert(session);
    await store.sessions.delete('s1');
    expect(await store.sessions.byId('s1')).toBeUndefined();
  });

  it('replaces a session once; its challenges and pending credentials belong to the new one', async () => {
    await using store = await withAdele();
    const session: Session = { id: 's1', userId: adele.id, csrfToken: 'c', createdAt: 1, expiresAt: 10 };
    const next: Session = { ...session, id: 's2', mfa: { method: 'totp', at: 2 } };
    const challenge = { value: 'v', purpose: 'create', owner: 's1', issuedAt: 0, expiresAt: 9 } as const;
    await store.sessions.insert(session);
    await store.challenges.insert({ ...challenge, algorithms: [-7] });
    await store.pending.insert(waiting);
    expect(await store.sessions.replace('s1', next)).toBe(true);
    expect(await store.sessions.byId('s1')).toBeUndefined();
    expect(await store.sessions.byId('s2')).toEqual(next);
    expect(await store.pending.byId('p1')).toEqual({ ...waiting, sessionId: 's2' });
    expect(await store.challenges.take('v')).toMatchObject({ owner: 's2' });
    expect(await store.sessions.replace('s1', { ...next, id: 's3' })).toBe(false);
    expect(await store.sessions.byId('s3')).toBeUndefined();
  });

  it('returns a challenge once', async () => {
    await using store = await open();
    const challenge = {
      value: 'v',
      purpose: 'create',
      owner: 's1',
      issuedAt: 0,
      expiresAt: 9,
      algorithms: [-7],
    } as const;
    await store.challenges.insert({ ...challenge, algorithms: [-7] });
    expect(await store.challenges.take('v')).toEqual(challenge);
    expect(await store.challenges.take('v')).toBeUndefined();
    await store.challenges.insert({ ...challenge, algorithms: [-7] });
    await store.challenges.deleteExpired(9);
    expect(await store.challenges.take('v')).toBeUndefined();
  });

  it('keeps one pass for each user, and allows a one-time pass once', async () => {
    await using store = await withAdele();
    expect(await store.passes.put(pass)).toBe(false);
    expect(await store.passes.use(pass, 5)).toBe(true);
    expect(await store.passes.use(pass, 6)).toBe(false);
    expect(await store.passes.byUser(adele.id)).toEqual({ ...pass, usedAt: 5 });
    const next = { ...pass, codeHash: 'two', oneTime: false };
    expect(await store.passes.put(next)).toBe(true);
    expect(await store.passes.use(pass, 7), 'the replaced pass').toBe(false);
    expect(await store.passes.use(next, 8)).toBe(true);
    expect(await store.passes.use(next, 9)).toBe(true);
  });

  it('stores a passkey when the credential is named, once', async () => {
    await using store = await withAdele();
    expect(await store.pending.insert(waiting)).toBe(true);
    expect(await store.passkeys.byUser(adele.id)).toEqual([]);
    const passkey = { ...credential, id: 'p1', userId: adele.id, name: 'Desk key', registeredAt: 1500 };
    expect(await store.passkeys.promote('p1', 'Desk key', 1500)).toEqual(passkey);
    expect(await store.passkeys.promote('p1', 'Again', 1500)).toBeUndefined();
    expect(await store.passkeys.byUser(adele.id)).toEqual([passkey]);
    expect(await store.passkeys.byCredentialId(credential.credentialId)).toEqual(passkey);
    expect(await store.pending.byUser(adele.id)).toEqual([]);
  });

  it('refuses a credential id that is registered or pending, also for another user', async () => {
    await using store = await withAdele();
    await store.users.insert({ ...adele, id: 'b', name: 'bob@contoso.test' });
    expect(await store.pending.insert(waiting)).toBe(true);
    expect(await store.pending.insert({ ...waiting, id: 'p2', userId: 'b' })).toBe(false);
    await store.passkeys.promote('p1', 'Desk key', 1500);
    expect(await store.pending.insert({ ...waiting, id: 'p2', userId: 'b' })).toBe(false);
    const other = { ...waiting, id: 'p3', credential: { ...credential, credentialId: 'b3RoZXI' } };
    expect(await store.pending.insert(other)).toBe(true);
  });

  it('abandons expired and cancelled credentials, which then cannot be named', async () => {
    await using store = await withAdele();
    await store.pending.insert(waiting);
    expect(await store.pending.abandon({ expiredBy: 1999 })).toEqual([]);
    expect(await store.passkeys.promote('p1', 'Too late', 2000)).toBeUndefined();
    const abandoned = { ...waiting, state: 'abandoned' };
    expect(await store.pending.abandon({ expiredBy: 2000 })).toEqual([abandoned]);
    expect(await store.pending.abandon({ userId: adele.id }), 'is abandoned only once').toEqual([]);
    expect(await store.passkeys.promote('p1', 'Too late', 1500)).toBeUndefined();
    expect(await store.pending.byUser(adele.id)).toEqual([abandoned]);
    const second = { ...waiting, id: 'p2', credential: { ...credential, credentialId: 'dHdv' } };
    await store.pending.insert(second);
    expect(await store.pending.abandon({ id: 'p2' })).toEqual([{ ...second, state: 'abandoned' }]);
  });

  it('renames passkeys, records their use and deletes them', async () => {
    await using store = await withAdele();
    await store.pending.insert(waiting);
    await store.passkeys.promote('p1', 'Desk key', 1500);
    await store.passkeys.rename('p1', 'Travel key');
    await store.passkeys.recordUse('p1', 7, true, 3000);
    expect(await store.passkeys.byId('p1')).toMatchObject({
      name: 'Travel key',
      signCount: 7,
      backedUp: true,
      lastUsedAt: 3000,
    });
    await store.passkeys.delete('p1');
    expect(await store.passkeys.byId('p1')).toBeUndefined();
    expect(await store.pending.insert(waiting), 'the credential id can be registered again').toBe(true);
  });

  const limit = { failures: 3, waitMs: 100 };
  it('counts attempts in a row, and then allows one in each waiting time', async () => {
    await using store = await open();
    const begin = (now: number, subject = 'x') => store.attempts.begin(subject, limit, now);
    expect([await begin(1), await begin(2), await begin(3), await begin(4)]).toEqual([true, true, true, false]);
    expect(await begin(4, 'y'), 'another subject').toBe(true);
    expect([await begin(102), await begin(103), await begin(104)]).toEqual([false, true, false]);
    expect([await begin(202), await begin(203)], 'a refused attempt does not count').toEqual([false, true]);
    await store.attempts.clear('x');
    expect([await begin(204), await begin(205), await begin(206), await begin(207)]).toEqual([true, true, true, false]);
  });

  it('allows no more concurrent attempts than the limit', async () => {
    await using store = await open();
    const begun = await Promise.all(Array.from({ length: 60 }, () => store.attempts.begin('x', limit, 1)));
    expect(begun.filter(Boolean)).toHaveLength(3);
  });

  it('keeps all changes of a transaction, or none if it throws', async () => {
    await using store = await withAdele();
    const session: Session = { id: 's1', userId: adele.id, csrfToken: 'c', createdAt: 1, expiresAt: 10 };
    const change = async (pendingId: string) => {
      await store.sessions.insert({ ...session, id: pendingId });
      await store.passes.put(pass);
      await store.events.append({ at: 1, event: pendingId, detail: {} });
    };
    const failing = store.transaction(async () => {
      await change('s1');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await store.sessions.byId('s1')).toBeUndefined();
    expect(await store.passes.byUser(adele.id)).toBeUndefined();
    expect(await store.transaction(() => change('s2').then(() => 'done'))).toBe('done');
    expect(await store.sessions.byId('s2')).toBeDefined();
    expect((await store.events.list()).map(({ event }) => event)).toEqual(['s2']);
  });

  it('makes calls from elsewhere wait for a transaction, so that its failure does not undo them', async () => {
    await using store = await open();
    const append = (event: string) => store.events.append({ at: 1, event, detail: {} });
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const failing = store.transaction(async () => {
      await append('inside');
      await held;
      throw new Error('no');
    });
    const outside = [append('outside'), store.transaction(() => append('another transaction'))];
    letGo();
    await expect(failing).rejects.toThrow('no');
    await Promise.all(outside);
    expect((await store.events.list()).map(({ event }) => event).sort()).toEqual(['another transaction', 'outside']);
  });

  it('runs concurrent transactions and calls one after the other', async () => {
    await using store = await open();
    const append = (event: string) => store.events.append({ at: 1, event, detail: {} });
    const run = async (number: number) => {
      if (number % 3 === 0) return append(`single ${number}`);
      return store.transaction(async () => {
        await append(`first ${number}`);
        for (let turn = 0; turn < number % 5; turn++) await Promise.resolve();
        await append(`second ${number}`);
        if (number % 4 === 0) throw new Error('no');
      });
    };
    await Promise.allSettled(Array.from({ length: 40 }, (_, number) => run(number)));
    const events = (await store.events.list()).map(({ event }) => event.split(' ') as [string, string]);
    for (const [index, [kind, number]] of events.entries())
      if (kind === 'first') expect(events[index + 1], number).toEqual(['second', number]);
    const numbers = (wanted: string) => events.flatMap(([kind, number]) => (kind === wanted ? [Number(number)] : []));
    expect(numbers('single')).toHaveLength(14);
    expect(numbers('second').every((number) => number % 4 !== 0)).toBe(true);
    expect(numbers('second')).toHaveLength(20);
  });

  it('joins a transaction within a transaction', async () => {
    await using store = await open();
    const append = (event: string) => store.events.append({ at: 1, event, detail: {} });
    const failing = store.transaction(async () => {
      await store.transaction(() => append('inner'));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await store.events.list()).toEqual([]);
  });

  it('uses two stores in transactions within each other', async () => {
    await using outer = await open();
    await using inner = await open();
    const append = (store: Store, event: string) => store.events.append({ at: 1, event, detail: {} });
    await outer.transaction(() =>
      inner.transaction(async () => {
        await append(outer, 'outer');
        await append(inner, 'inner');
      }),
    );
    expect((await outer.events.list()).map(({ event }) => event)).toEqual(['outer']);
    expect((await inner.events.list()).map(({ event }) => event)).toEqual(['inner']);
  });

  it('stores events in order, and the policy unchanged', async () => {
    await using store = await open();
    await store.events.append({ at: 1, event: 'a', detail: { n: 1, ok: true, none: null } });
    await store.events.append({ at: 0, event: 'b', detail: {} });
    expect((await store.events.list()).map(({ event }) => event)).toEqual(['a', 'b']);
    expect((await store.events.list())[0]?.detail).toEqual({ n: 1, ok: true, none: null });
    expect(await store.policy.get()).toBeUndefined();
    await store.policy.put(defaultPolicy);
    await store.policy.put({ ...defaultPolicy, selfService: false });
    expect(await store.policy.get()).toEqual({ ...defaultPolicy, selfService: false });
  });
}
