/** Provisioning without the web pages: creates users, sets the policy, reads passkeys and events. Used by scenarios, benchmarks and the CLI. */
import { toBase64url } from '#base/bytes.ts';
import { UsageError } from '#base/errors.ts';
import { type Policy, type PolicyInput, policySchema } from './config.ts';
import type { RelyingPartyContext } from './context.ts';
import { createDecoyHash, hashSecret } from './methods/secret-hash.ts';
import type { OpenedSession, Sessions } from './methods/sessions.ts';
import { type IssuedTap, issueTap, type TapRequest } from './methods/temporary-access-pass.ts';
import type { Refused } from './refusals.ts';
import type { EventRecord, MfaProof, Passkey, PendingPasskey, Role, User } from './store/store.ts';

export interface NewUser {
  /** Sign-in name, e.g. `adele@contoso.test`. */
  name: string;
  /** Without it the user has no password to sign in with. */
  password?: string | undefined;
  displayName?: string | undefined;
  roles?: Role[] | undefined;
  guest?: boolean | undefined;
  groups?: string[] | undefined;
  /** Base32. The user has an authenticator app with this secret. */
  totpSecret?: string | undefined;
}

export interface Directory {
  /** @throws {UsageError} if the name is taken. */
  createUser(user: NewUser): Promise<User>;
  /** Replaces the policy; absent members get their defaults. @throws {UsageError} if the policy is not valid. */
  setPolicy(policy: PolicyInput): Promise<Policy>;
  policy(): Promise<Policy>;
  user(name: string): Promise<User | undefined>;
  users(): Promise<User[]>;
  issueTap(user: User, request?: TapRequest, issuedBy?: string): Promise<IssuedTap | Refused>;
  /** Opens a session as sign-in does; with `mfa`, that method was verified just now. */
  openSession(user: User, mfa?: MfaProof['method']): Promise<OpenedSession>;
  passkeys(user: User): Promise<Passkey[]>;
  /** Returns credentials that were verified but are not named: waiting for a name, or abandoned. They exist on the authenticator only. */
  pendingPasskeys(user: User): Promise<PendingPasskey[]>;
  events(): Promise<EventRecord[]>;
}

export function createDirectory(context: RelyingPartyContext, sessions: Sessions): Directory {
  const { store, clock, random, events, passwordCost } = context;
  const decoyHash = createDecoyHash(random, passwordCost);
  return {
    async createUser({ name, password, displayName = name, roles = [], guest = false, groups = [], totpSecret }) {
      const passwordHash = await (password === undefined ? decoyHash() : hashSecret(password, random, passwordCost));
      const id = toBase64url(random.bytes(32));
      const user: User = {
        id,
        name,
        displayName,
        passwordHash,
        guest,
        roles,
        groups,
        ...(totpSecret && { totpSecret }),
      };
      await store.transaction(async () => {
        if (!(await store.users.insert(user))) throw new UsageError(`Cannot create user ${name}: the name is taken`);
        await events.emit('user.created', name, { guest });
      });
      return user;
    },

    async setPolicy(input) {
      const parsed = policySchema.safeParse(input);
      if (!parsed.success)
        throw new UsageError(`Cannot set the policy: ${parsed.error.issues.map(formatIssue).join('; ')}`);
      await store.transaction(async () => {
        await store.policy.put(parsed.data);
        await events.emit('policy.changed', undefined);
      });
      return parsed.data;
    },

    policy: context.policy,
    user: (name) => store.users.byName(name),
    users: () => store.users.list(),

    issueTap: async (user, request = {}, issuedBy = 'directory') =>
      issueTap({ user, request, issuedBy, policy: await context.policy() }, context),

    openSession: (user, mfa) => sessions.open(user, mfa && { method: mfa, at: clock.now() }),
    passkeys: (user) => store.passkeys.byUser(user.id),
    pendingPasskeys: (user) => store.pending.byUser(user.id),
    events: () => events.list(),
  };
}

const formatIssue = ({ path, message }: { path: PropertyKey[]; message: string }): string =>
  `${path.map(String).join('.')}: ${message}`;
