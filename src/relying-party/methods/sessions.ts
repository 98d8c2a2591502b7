/** Sessions: who is signed in, for how long, and how well he proved it. The browser holds a random token, the store only its digest. */
import { toBase64url } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import { sha256 } from '#protocol/crypto.ts';
import type { MfaProof, Session, Store, User } from '../store/store.ts';

const lifetimeMs = 8 * 60 * 60_000;

/** A signed-in person in one session. */
export interface Caller {
  user: User;
  session: Session;
}

export interface OpenedSession extends Caller {
  /** For the cookie. */
  token: string;
}

export interface Sessions {
  /** `endsBy`: end of the Temporary Access Pass it was opened with. */
  open(user: User, mfa?: MfaProof, endsBy?: number): Promise<OpenedSession>;
  find(token: string): Promise<Caller | undefined>;
  /** Records a second factor; a pass also shortens the session to its own end. */
  prove(session: Session, mfa: MfaProof, endsBy?: number): Promise<Session>;
  close(session: Session): Promise<void>;
}

export function createSessions({ store, clock, random }: { store: Store; clock: Clock; random: Random }): Sessions {
  const token = () => toBase64url(random.bytes(32));
  const digest = (text: string) => toBase64url(sha256(text));
  return {
    async open(user, mfa, endsBy = Number.POSITIVE_INFINITY) {
      const now = clock.now();
      await store.sessions.deleteExpired(now);
      const secret = token();
      const session: Session = {
        id: digest(secret),
        userId: user.id,
        csrfToken: token(),
        createdAt: now,
        expiresAt: Math.min(now + lifetimeMs, endsBy),
        ...(mfa && { mfa }),
      };
      await store.sessions.insert(session);
      return { user, session, token: secret };
    },
    async find(secret) {
      const session = await store.sessions.byId(digest(secret));
      if (!session || session.expiresAt <= clock.now()) return undefined;
      const user = await store.users.byId(session.userId);
      return user && { user, session };
    },
    async prove(session, mfa, endsBy = Number.POSITIVE_INFINITY) {
      const proven = { ...session, mfa, expiresAt: Math.min(session.expiresAt, endsBy) };
      await store.sessions.update(proven);
      return proven;
    },
    close: (session) => store.sessions.delete(session.id),
  };
}
