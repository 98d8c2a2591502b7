/**
 * Naming: turns a verified credential into a passkey. The portal stores a passkey only when the user names it. Until then the
 * credential is pending; when it can no longer be named, it is abandoned: it exists on the authenticator, but not in the store.
 */
import type { Timeline } from '#result/timeline.ts';
import type { RelyingPartyContext } from './context.ts';
import type { Caller } from './methods/sessions.ts';
import { type Refused, refuse } from './refusals.ts';
import { logAbandoned, logRefusedRegistration, measurePhase } from './registration-log.ts';
import type { Passkey, PendingPasskey, Store } from './store/store.ts';

type NamedPasskey = { accepted: true; passkey: Passkey };

export interface PasskeyNaming {
  /** Returns the pending credential `id` of this session, or undefined when it cannot be named, or no longer. */
  findPending(caller: Caller, id: string): Promise<PendingPasskey | undefined>;
  /** Stores the pending credential as a passkey with `name` (step S8). */
  namePasskey(caller: Caller, pendingId: string, name: string, timeline?: Timeline): Promise<NamedPasskey | Refused>;
  /** Abandons the pending credential: the user cancelled naming it. */
  abandonPending(caller: Caller, pendingId: string): Promise<void>;
  /** Abandons pending credentials whose time to be named is over, and deletes expired challenges. */
  cleanUpExpired(): Promise<void>;
}

const maxNameLength = 64;

/** `defaultTimeline` measures calls that pass no timeline. */
export function createPasskeyNaming(context: RelyingPartyContext, defaultTimeline?: Timeline): PasskeyNaming {
  const { store, clock } = context;
  const abandon = (which: Parameters<Store['pending']['abandon']>[0]) =>
    store.transaction(async () => logAbandoned(context, await store.pending.abandon(which)));
  const naming: PasskeyNaming = {
    async findPending({ user, session }, id) {
      const pending = await store.pending.byId(id);
      const belongsToCaller = pending?.userId === user.id && pending.sessionId === session.id;
      const canBeNamed = pending?.state === 'waiting' && pending.expiresAt > clock.now();
      return belongsToCaller && canBeNamed ? pending : undefined;
    },

    async namePasskey(caller, pendingId, text, timeline = defaultTimeline) {
      const name = parsePasskeyName(text);
      if (name === undefined) return logRefusedRegistration(context, caller, refuse('name-invalid'));
      await naming.cleanUpExpired();
      const pending = await naming.findPending(caller, pendingId);
      const promote = () =>
        store.transaction(async () => {
          const promoted = await store.passkeys.promote(pendingId, name, clock.now());
          if (promoted) await logRegistered(context, caller, promoted);
          return promoted;
        });
      const passkey = pending && (await measurePhase(timeline, 'rp-store', promote)); // steps 27 and 29
      if (!passkey) return logRefusedRegistration(context, caller, refuse('pending-gone'));
      return { accepted: true, passkey };
    },

    async abandonPending(caller, pendingId) {
      if (await naming.findPending(caller, pendingId)) await abandon({ id: pendingId });
    },

    async cleanUpExpired() {
      await abandon({ expiredBy: clock.now() });
      await store.challenges.deleteExpired(clock.now());
    },
  };
  return naming;
}

async function logRegistered(
  { events }: RelyingPartyContext,
  { user }: Caller,
  { name, aaguid, kind, attestation }: Passkey,
): Promise<void> {
  const { fmt, chain } = attestation;
  await events.emit('passkey.registered', user.name, { name, aaguid, kind, fmt, chain });
}

/** Returns the trimmed name, or undefined unless it has 1 to 64 characters and no control characters. */
export function parsePasskeyName(text: string): string | undefined {
  const name = text.normalize('NFC').trim();
  const length = [...name].length;
  return length >= 1 && length <= maxNameLength && !/\p{C}/u.test(name) ? name : undefined;
}
