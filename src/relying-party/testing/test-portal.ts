/** A relying party in memory for tests, with a clock to move and the events it told. */
import { AdjustableClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import type { PolicyInput } from '../config.ts';
import type { NewUser } from '../directory.ts';
import { createParty, type Party } from '../portal/portal.ts';
import { openStore } from '../store/libsql-store.ts';
import type { MfaProof, User } from '../store/store.ts';
import { makeRegistration, type RegistrationParts } from '../verification/testing/registration.ts';

export const testOrigin = 'http://localhost:1234';
export const totpSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
export const adele: NewUser = {
  name: 'adele@contoso.test',
  password: 'correct horse',
  displayName: 'Adele Vance',
  groups: ['sales'],
};

export interface TestParty extends Party {
  clock: AdjustableClock;
  /** Codes of all events so far. */
  codes: string[];
  user: User;
  /** Details of every event of `code`. */
  details(code: string): Promise<Record<string, unknown>[]>;
}

export async function testParty(policy: PolicyInput = {}, user: Partial<NewUser> = {}): Promise<TestParty> {
  const clock = new AdjustableClock();
  const codes: string[] = [];
  const party = await createParty({
    store: openStore(),
    clock,
    random: systemRandom,
    policy,
    origin: testOrigin,
    events: ({ event }) => codes.push(event),
    passwordCost: { N: 2, r: 1, p: 1 },
  });
  return {
    ...party,
    clock,
    codes,
    user: await party.directory.createUser({ ...adele, ...user }),
    details: async (code) =>
      (await party.directory.events()).filter(({ event }) => event === code).map(({ detail }) => detail),
  };
}

/** Opens a session, asks for options and answers them. */
export async function registerAs(
  { directory, relyingParty, user }: TestParty,
  parts: Partial<RegistrationParts> = {},
  mfa: MfaProof['method'] = 'totp',
) {
  const caller = await directory.openSession(user, mfa);
  const given = await relyingParty.creationOptions(caller);
  if (!given.accepted) return { caller, given, outcome: given };
  const response = await makeRegistration({ challenge: given.options.challenge, origin: testOrigin, ...parts });
  return { caller, given, response, outcome: await relyingParty.register(caller, response) };
}
