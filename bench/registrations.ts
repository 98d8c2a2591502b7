/** Whole registrations without a browser: client, emulator, strict verification, naming, store. */

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
/** Non-discoverable, so that the key does not fill up. */
const policy = { residentKey: 'discouraged', timeoutMs: 300_000 } as const;

/** Registrations of `count` people, one each, at a relying party in memory, with a key that has a PIN. */
async function registrar(count: number): Promise<{ register(): Promise<void>; close(): Promise<void> }> {
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
  const callers = await newCallers(party, count);
  return {
    async register() {
      const caller = callers.pop();
      if (!caller) throw new Error(`only ${count} people were prepared`);
      const given = await party.relyingParty.creationOptions(caller);
      if (!given.accepted) throw new Error(`no options: ${given.reason}`);
      const outcome = await party.relyingParty.register(caller, await create(given.options, client));
      if (!outcome.accepted) throw new Error(`refused: ${outcome.reason} ${outcome.detail}`);
      const named = await party.relyingParty.namePasskey(caller, outcome.pending.id, 'Key');
      if (!named.accepted) throw new Error(`not named: ${named.reason}`);
    },
    close: async () => store[Symbol.asyncDispose](),
  };
}

/** People who have signed in with MFA: what comes before the registration is not measured. */
async function newCallers({ directory }: InProcessPortal, count: number) {
  const callers: OpenedSession[] = [];
  for (let number = 0; number < count; number++) {
    const user = await directory.createUser({ name: `person-${number}@contoso.test`, password: 'secret' });
    callers.push(await directory.openSession(user, 'totp'));
  }
  return callers;
}

const warmUp = 100;

/** Registrations per second over `count` of them. */
export async function benchRegistrations(count = 1_500): Promise<number> {
  const { register, close } = await registrar(count + warmUp);
  for (let warm = 0; warm < warmUp; warm++) await register();
  const start = performance.now();
  for (let done = 0; done < count; done++) await register();
  const perSecond = (count * 1000) / (performance.now() - start);
  await close();
  return perSecond;
}
