/** Sessions: which user is signed in, until when, and with which MFA. The browser has a random token, the store only its digest. */
import { toBase64url } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import { sha256 } from '#protocol/crypto.ts';
import { type Refused, refuse } from '../refusals.ts';
import type { MfaProof, Session, Store, User } from '../store/store.ts';

const lifetimeMs = 8 * 60 * 60_000;

/** A signed-in user and the session that a request belongs to. */
export interface Caller {
  user: User;
  session: Session;
}

export interface OpenedSession extends Caller {
  /** Value of the session cookie. */
  token: string;
}

/** The outcome of a sign-in or of MFA. */
export type SignedIn = { accepted: true } & OpenedSession;

export interface Sessions {
  /** `endsBy`: when the Temporary Access Pass that opened the session expires (ms since the epoch); the session ends then at the latest. */
  open(user: User, mfa?: MfaProof, endsBy?: number): Promise<OpenedSession>;
  /** Returns the user and session of a cookie, or undefined when there is none or it has expired. */
  find(token: string): Promise<Caller | undefined>;
  /**
   * Records a second factor. The session gets a new id and token: an attacker who knows the old token gains nothing.
   * With `endsBy`, the session ends then at the latest. Refuses with `not-signed-in` if the session has ended before this call.
   */
  recordMfa(caller: Caller, mfa: MfaProof, endsBy?: number): Promise<SignedIn | Refused>;
  close(session: Session): Promise<void>;
}

export function createSessions({ store, clock, random }: { store: Store; clock: Clock; random: Random }): Sessions {
  const newToken = () => toBase64url(random.bytes(32));
  const digest = (text: string) => toBase64url(sha256(text));
  return {
    async open(user, mfa, endsBy = Number.POSITIVE_INFINITY) {
      const now = clock.now();
      await store.sessions.deleteExpired(now);
      const token = newToken();
      const session: Session = {
        id: digest(token),
        userId: user.id,
        csrfToken: newToken(),
        createdAt: now,
        expiresAt: Math.min(now + lifetimeMs, endsBy),
        ...(mfa && { mfa }),
      };
      await store.sessions.insert(session);
      return { user, session, token };
    },
    async find(token) {
      const session = await store.sessions.byId(digest(token));
      if (!session || session.expiresAt <= clock.now()) return undefined;
      const user = await store.users.byId(session.userId);
      return user && { user, session };
    },
    async recordMfa({ user, session }, mfa, endsBy = Number.POSITIVE_INFINITY) {
      const token = newToken();
      const next: Session = { ...session, id: digest(token), mfa, expiresAt: Math.min(session.expiresAt, endsBy) };
      const replaced = await store.sessions.replace(session.id, next);
      return replaced ? { accepted: true, user, session: next, token } : refuse('not-signed-in');
    },
    close: (session) => store.sessions.delete(session.id),
  };
}
