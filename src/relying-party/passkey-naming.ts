/**
 * From the verified credential to the passkey, and what becomes of a passkey later. A credential is stored only when its user
 * names it; until then it is pending, and an orphan on the authenticator once that can no longer happen.
 */
import type { Timeline } from '#result/timeline.ts';
import type { PartyContext } from './context.ts';
import type { Caller } from './methods/sessions.ts';
import { abandoned, measured, refusedRegistration } from './registration-log.ts';
import { type Refused, refuse } from './refusals.ts';
import type { Passkey, PendingPasskey } from './store/store.ts';

export interface Naming {
  /** The credential of this session that waits for a name. */
  pending(caller: Caller, id: string): Promise<PendingPasskey | undefined>;
  /** Stores the passkey (S8). */
  name(
    caller: Caller,
    pendingId: string,
    name: string,
    timeline?: Timeline,
  ): Promise<{ accepted: true; passkey: Passkey } | Refused>;
  /** The user gave up naming. */
  abandon(caller: Caller, pendingId: string): Promise<void>;
  /** Turns everything that waited too long into orphans. */
  sweep(): Promise<void>;
}

export interface PasskeyList {
  passkeys(caller: Caller): Promise<Passkey[]>;
  rename(caller: Caller, id: string, name: string): Promise<{ accepted: true } | Refused>;
  delete(caller: Caller, id: string): Promise<{ accepted: true } | Refused>;
}

const maxNameLength = 64;

export function createNaming(context: PartyContext, ownTimeline?: Timeline): Naming {
  const { store, clock, events } = context;
  const naming: Naming = {
    async pending({ user, session }, id) {
      const pending = await store.pending.byId(id);
      const mine = pending?.userId === user.id && pending.sessionId === session.id;
      return mine && pending.state === 'waiting' && pending.expiresAt > clock.now() ? pending : undefined;
    },

    async name(caller, pendingId, text, timeline = ownTimeline) {
      const name = cleanName(text);
      if (name === undefined) return refusedRegistration(context, caller, refuse('name-invalid'));
      await naming.sweep();
      const waiting = await naming.pending(caller, pendingId);
      const passkey =
        waiting && (await measured(timeline, 'rp-store', () => store.passkeys.promote(pendingId, name, clock.now()))); // steps 27, 29
      if (!passkey) return refusedRegistration(context, caller, refuse('pending-gone'));
      const { aaguid, kind, attestation } = passkey;
      await events.emit('passkey.registered', caller.user.name, {
        name,
        aaguid,
        kind,
        fmt: attestation.fmt,
        chain: attestation.chain,
      });
      return { accepted: true, passkey };
    },

    async abandon(caller, pendingId) {
      if (await naming.pending(caller, pendingId))
        await abandoned(context, await store.pending.abandon({ id: pendingId }));
    },

    async sweep() {
      await abandoned(context, await store.pending.abandon({ expiredBy: clock.now() }));
      await store.challenges.deleteExpired(clock.now());
    },
  };
  return naming;
}

export function createPasskeyList({ store, events }: PartyContext): PasskeyList {
  const own = async ({ user }: Caller, id: string) => {
    const passkey = await store.passkeys.byId(id);
    return passkey?.userId === user.id ? passkey : undefined;
  };
  return {
    passkeys: ({ user }) => store.passkeys.byUser(user.id),

    async rename(caller, id, text) {
      const passkey = await own(caller, id);
      if (!passkey) return refuse('not-found');
      const name = cleanName(text);
      if (name === undefined) return refuse('name-invalid');
      await store.passkeys.rename(id, name);
      await events.emit('passkey.renamed', caller.user.name, { from: passkey.name, to: name });
      return { accepted: true };
    },

    async delete(caller, id) {
      const passkey = await own(caller, id);
      if (!passkey) return refuse('not-found');
      await store.passkeys.delete(id);
      await events.emit('passkey.deleted', caller.user.name, { name: passkey.name, aaguid: passkey.aaguid });
      return { accepted: true };
    },
  };
}

/** 1 to 64 characters without control characters, trimmed; undefined otherwise. */
function cleanName(text: string): string | undefined {
  const name = text.normalize('NFC').trim();
  const length = [...name].length;
  return length >= 1 && length <= maxNameLength && !/\p{C}/u.test(name) ? name : undefined;
}
