/** An organisation with several users: everything follows the one who is signed in. */
import { beforeEach, describe, expect, it } from 'vitest';
import { AdjustableClock } from '#base/clock.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { quickScrypt } from '#relying-party/methods/secret-hash.ts';
import { startPortal } from '#relying-party/portal/portal.ts';
import { openStore } from '#relying-party/store/libsql-store.ts';
import { PortalOrganisation } from './portal-organisation.ts';
import { RelyingPartyLog } from './relying-party-log.ts';

const users = [
  { name: 'ada', methods: ['totp' as const], passkeys: 1 },
  { name: 'bob', methods: ['totp' as const], passkeys: 2 },
  { name: 'eve', methods: [] },
];

async function setUp() {
  const store = openStore();
  const clock = new AdjustableClock();
  const random = seededRandom('organisation');
  const log = new RelyingPartyLog();
  const portal = await startPortal({ store, clock, random, passwordCost: quickScrypt, events: (one) => log.add(one) });
  const { directory, relyingParty } = portal;
  const organisation = await PortalOrganisation.create({ directory, relyingParty, store, clock, random, log }, users);
  const signIn = (user: string) => log.add({ atMs: 0, party: 'relying-party', event: 'signin.ok', detail: { user } });
  const signOut = () => log.add({ atMs: 0, party: 'relying-party', event: 'signout' });
  await portal[Symbol.asyncDispose]();
  return { organisation, signIn, signOut };
}

let parties: Awaited<ReturnType<typeof setUp>>;
beforeEach(async () => {
  parties = await setUp();
});

describe('PortalOrganisation', () => {
  it('returns the first user until someone signs in, then the user who is signed in', () => {
    const { organisation, signIn, signOut } = parties;
    expect(organisation.user().name).toBe('ada');
    signIn('bob');
    expect(organisation.user()).toMatchObject({ name: 'bob', values: { 'user.name': 'bob' } });
    expect(organisation.user('ada').name).toBe('ada');
    signOut();
    expect(organisation.user().name).toBe('ada');
    expect(() => organisation.user('zoe')).toThrow('Unknown user zoe; the users are ada, bob, eve');
  });

  it('computes the code of the user who is signed in, or of a named one', () => {
    const { organisation, signIn } = parties;
    const codes = ['ada', 'bob'].map((name) => organisation.totpCode(name));
    expect(new Set(codes).size).toBe(2);
    expect(organisation.totpCode()).toBe(codes[0]);
    signIn('bob');
    expect(organisation.totpCode()).toBe(codes[1]);
    signIn('eve');
    expect(() => organisation.totpCode()).toThrow('eve has no authenticator app');
  });

  it('adds an authenticator app to the user who is signed in', () => {
    const { organisation, signIn } = parties;
    signIn('eve');
    organisation.addTotpSecret('JBSWY3DPEHPK3PXP');
    expect(organisation.totpCode()).toBe(organisation.totpCode('eve'));
    expect(organisation.secrets).toContain('JBSWY3DPEHPK3PXP');
  });

  it('separates the Temporary Access Passes of each user', async () => {
    const { organisation, signIn } = parties;
    await organisation.issueTap({ for: 'bob' });
    expect(() => organisation.newestTap()).toThrow('No Temporary Access Pass was issued for ada');
    signIn('bob');
    const ofBob = organisation.newestTap();
    await organisation.issueTap({ for: 'ada' });
    expect(organisation.newestTap()).toBe(ofBob);
    expect(organisation.newestTap('ada')).not.toBe(ofBob);
    await organisation.issueTap({});
    expect(organisation.newestTap()).not.toBe(ofBob);
  });

  it('observes the user who has signed in last, also after the sign-out', async () => {
    const { organisation, signIn, signOut } = parties;
    expect(await organisation.passkeys()).toHaveLength(1);
    signIn('bob');
    signOut();
    expect(await organisation.passkeys()).toHaveLength(2);
    expect(await organisation.credentialIds()).toHaveLength(3);
  });

  it('makes a provisioned user the first one', async () => {
    const { organisation, signIn } = parties;
    signIn('bob');
    await organisation.provision({ name: 'kim' });
    expect(organisation.user().name).toBe('kim');
    expect(await organisation.passkeys()).toEqual([]);
  });
});
