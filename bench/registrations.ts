/** Measures complete registrations without a browser: client, emulator, strict verification, naming, store. */

import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { autoApproveUser } from '#client/auto-approve-user.ts';
import { fixedAuthenticators } from '#client/context.ts';
import { create } from '#client/create.ts';
import { autoTouch, createAuthenticator, plugIn, trustAnchors } from '#emulator';
import { quickScrypt } from '#relying-party/methods/secret-hash.ts';
import type { OpenedSession } from '#relying-party/methods/sessions.ts';
import { createInProcessPortal, type InProcessPortal } from '#relying-party/portal/portal.ts';
import { openStore } from '#relying-party/store/libsql-store.ts';

const origin = 'http://localhost:8080';
const pin = '1234';
/** Non-discoverable credentials, so that the storage of the key does not fill up. */
const policy = { residentKey: 'discouraged', timeoutMs: 300_000 } as const;

/** Prepares `count` registrations, one for each user, at an in-memory relying party, with a key that has a PIN. */
async function prepareRegistrations(count: number): Promise<{ register(): Promise<void>; close(): Promise<void> }> {
  const store = openStore();
  const party = await createInProcessPortal({
    origin,
    store,
    policy,
    clock: systemClock,
    random: systemRandom,
    trustAnchors: trustAnchors(),
    passwordCost: quickScrypt,
  });
  const device = plugIn(createAuthenticator({ persona: 'yubikey-5-nfc', gestures: autoTouch, pin }));
  const authenticators = fixedAuthenticators({ id: 'key', kind: 'security-key', label: 'Key', device });
  const client = { origin, authenticators, user: autoApproveUser({ pin }), clock: systemClock, random: systemRandom };
  const sessions = await createSessions(party, count);
  return {
    async register() {
      const session = sessions.pop();
      if (!session) throw new Error(`Cannot register: only ${count} users were prepared`);
      const options = await party.relyingParty.creationOptions(session);
      if (!options.accepted) throw new Error(`Creation options were refused: ${options.reason}`);
      const outcome = await party.relyingParty.register(session, await create(options.options, client));
      if (!outcome.accepted) throw new Error(`The registration was refused: ${outcome.reason} ${outcome.detail}`);
      const named = await party.relyingParty.namePasskey(session, outcome.pending.id, 'Key');
      if (!named.accepted) throw new Error(`The name was refused: ${named.reason}`);
    },
    close: async () => store[Symbol.asyncDispose](),
  };
}

/** Creates users and their sessions after sign-in with MFA, which is not measured. */
async function createSessions({ directory }: InProcessPortal, count: number) {
  const sessions: OpenedSession[] = [];
  for (let number = 0; number < count; number++) {
    const user = await directory.createUser({ name: `person-${number}@contoso.test`, password: 'secret' });
    sessions.push(await directory.openSession(user, 'totp'));
  }
  return sessions;
}

const warmUp = 100;

/** Returns registrations per second, measured over `count` registrations. */
export async function benchRegistrations(count = 1_500): Promise<number> {
  const { register, close } = await prepareRegistrations(count + warmUp);
  for (let warm = 0; warm < warmUp; warm++) await register();
  const start = performance.now();
  for (let done = 0; done < count; done++) await register();
  const perSecond = (count * 1000) / (performance.now() - start);
  await close();
  return perSecond;
}
