/** A portal in memory for tests, with an adjustable clock and access to its events. */
import { AdjustableClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import type { PolicyInput } from '../config.ts';
import type { NewUser } from '../directory.ts';
import { createInProcessPortal, type InProcessPortal } from '../portal/portal.ts';
import type { Refused } from '../refusals.ts';
import { openStore } from '../store/libsql-store.ts';
import type { MfaProof, Store, User } from '../store/store.ts';
import { makeRegistration, type RegistrationParts } from '../verification/testing/registration.ts';

export const testOrigin = 'http://localhost:1234';
export const totpSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
export const adele: NewUser & { password: string } = {
  name: 'adele@contoso.test',
  password: 'correct horse',
  displayName: 'Adele Vance',
  groups: ['sales'],
};

export interface TestPortal extends InProcessPortal {
  clock: AdjustableClock;
  /** Codes of all events so far. */
  codes: string[];
  user: User;
  /** Returns the details of every event with `code`. */
  details(code: string): Promise<Record<string, unknown>[]>;
}

/** Creates a portal with one user, Adele, changed by `user`; the store is a new one in memory. */
export async function createTestPortal(
  policy: PolicyInput = {},
  user: Partial<NewUser> = {},
  store: Store = openStore(),
): Promise<TestPortal> {
  const clock = new AdjustableClock();
  const codes: string[] = [];
  const portal = await createInProcessPortal({
    store,
    clock,
    random: systemRandom,
    policy,
    origin: testOrigin,
    events: ({ event }) => codes.push(event),
    passwordCost: { N: 2, r: 1, p: 1 },
  });
  return {
    ...portal,
    clock,
    codes,
    user: await portal.directory.createUser({ ...adele, ...user }),
    details: async (code) =>
      (await portal.directory.events()).filter(({ event }) => event === code).map(({ detail }) => detail),
  };
}

/** Returns an accepted outcome. @throws {Error} with the reason if it was refused. */
export function expectAccepted<T extends { accepted: boolean }>(outcome: T | Refused): Exclude<T, Refused> {
  if (outcome.accepted) return outcome as Exclude<T, Refused>;
  throw new Error(`Expected acceptance, got refusal ${(outcome as Refused).reason}`);
}

/** Opens a session for the portal's user, requests options and registers a credential made of `parts`. */
export async function registerCredential(
  { directory, relyingParty, user }: TestPortal,
  parts: Partial<RegistrationParts> = {},
  mfa: MfaProof['method'] = 'totp',
) {
  const caller = await directory.openSession(user, mfa);
  const { options } = expectAccepted(await relyingParty.creationOptions(caller));
  const response = await makeRegistration({ challenge: options.challenge, origin: testOrigin, ...parts });
  return { caller, options, response, outcome: await relyingParty.register(caller, response) };
}

/** Registers a credential, which is then pending: it waits for its name. */
export async function registerPending(portal: TestPortal, parts: Partial<RegistrationParts> = {}) {
  const { outcome, ...rest } = await registerCredential(portal, parts);
  return { ...rest, pending: expectAccepted(outcome).pending };
}

/** Registers a credential and names it `Desk key`. */
export async function registerPasskey(portal: TestPortal) {
  const registered = await registerPending(portal);
  await portal.relyingParty.namePasskey(registered.caller, registered.pending.id, 'Desk key');
  return registered;
}
