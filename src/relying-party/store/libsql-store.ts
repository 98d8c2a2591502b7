/** The store in a libsql database: a file (WAL, synchronous FULL) or memory. Each port of `Store` is one object below. */
import { type Policy, policySchema } from '../config.ts';
import { openDatabase, type Row, type Sql } from './libsql.ts';
import { schema } from './schema.ts';
import type {
  Challenge,
  EventRecord,
  Passkey,
  PendingPasskey,
  Session,
  Store,
  TemporaryAccessPass,
  User,
} from './store.ts';

/** Opens the store at `path`, `:memory:` by default. */
export function openStore(path = ':memory:'): Store {
  const sql = openDatabase(path, schema);
  return {
    users: users(sql),
    sessions: sessions(sql),
    challenges: challenges(sql),
    passes: passes(sql),
    pending: pending(sql),
    passkeys: passkeys(sql),
    attempts: attempts(sql),
    events: events(sql),
    policy: policy(sql),
    async [Symbol.asyncDispose]() {
      sql.close();
    },
  };
}

const text = (row: Row, column: string): string => String(row[column]);
const number = (row: Row, column: string): number => Number(row[column]);
const json = <T>(row: Row, column: string): T => JSON.parse(text(row, column));

const toUser = (row: Row): User => ({
  id: text(row, 'id'),
  name: text(row, 'name'),
  displayName: text(row, 'display_name'),
  passwordHash: text(row, 'password_hash'),
  guest: row.guest === 1,
  roles: json(row, 'roles'),
  groups: json(row, 'groups'),
  ...(row.totp_secret != null && { totpSecret: text(row, 'totp_secret') }),
});

function users(sql: Sql): Store['users'] {
  const one = (row: Row | undefined) => row && toUser(row);
  return {
    insert: async (user) =>
      sql.run(
        `insert into users (id, name, display_name, password_hash, guest, roles, groups, totp_secret)
         values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
        user.id,
        user.name,
        user.displayName,
        user.passwordHash,
        user.guest ? 1 : 0,
        JSON.stringify(user.roles),
        JSON.stringify(user.groups),
        user.totpSecret ?? null,
      ) === 1,
    byId: async (id) => one(sql.row('select * from users where id = ?', id)),
    byName: async (name) => one(sql.row('select * from users where name = ?', name)),
    list: async () => sql.rows('select * from users order by name').map(toUser),
    async setTotpSecret(id, secret) {
      sql.run('update users set totp_secret = ?, totp_step = -1 where id = ?', secret ?? null, id);
    },
    useTotpStep: async (id, step) =>
      sql.run('update users set totp_step = ? where id = ? and totp_step < ?', step, id, step) === 1,
  };
}

const toSession = (row: Row): Session => ({
  id: text(row, 'id'),
  userId: text(row, 'user_id'),
  csrfToken: text(row, 'csrf_token'),
  createdAt: number(row, 'created_at'),
  expiresAt: number(row, 'expires_at'),
  ...(row.mfa != null && { mfa: json<NonNullable<Session['mfa']>>(row, 'mfa') }),
  ...(row.totp_draft != null && { totpDraft: text(row, 'totp_draft') }),
});

function sessions(sql: Sql): Store['sessions'] {
  return {
    async insert({ id, userId, csrfToken, createdAt, expiresAt, mfa, totpDraft }) {
      sql.run(
        'insert into sessions values (?, ?, ?, ?, ?, ?, ?)',
        id,
        userId,
        csrfToken,
        createdAt,
        expiresAt,
        mfa ? JSON.stringify(mfa) : null,
        totpDraft ?? null,
      );
    },
    async byId(id) {
      const row = sql.row('select * from sessions where id = ?', id);
      return row && toSession(row);
    },
    async update({ id, expiresAt, mfa, totpDraft }) {
      sql.run(
        'update sessions set expires_at = ?, mfa = ?, totp_draft = ? where id = ?',
        expiresAt,
        mfa ? JSON.stringify(mfa) : null,
        totpDraft ?? null,
        id,
      );
    },
    async delete(id) {
      sql.run('delete from sessions where id = ?', id);
    },
    async deleteExpired(now) {
      sql.run('delete from sessions where expires_at <= ?', now);
    },
  };
}

function challenges(sql: Sql): Store['challenges'] {
  return {
    async insert({ value, purpose, owner, issuedAt, expiresAt, algorithms }) {
      sql.run(
        'insert into challenges values (?, ?, ?, ?, ?, ?)',
        value,
        purpose,
        owner,
        issuedAt,
        expiresAt,
        JSON.stringify(algorithms),
      );
    },
    async take(value) {
      const row = sql.row('delete from challenges where value = ? returning *', value);
      return (
        row && {
          value,
          purpose: text(row, 'purpose') as Challenge['purpose'],
          owner: text(row, 'owner'),
          issuedAt: number(row, 'issued_at'),
          expiresAt: number(row, 'expires_at'),
          algorithms: json<number[]>(row, 'algorithms'),
        }
      );
    },
    async deleteExpired(now) {
      sql.run('delete from challenges where expires_at <= ?', now);
    },
  };
}

const toPass = (row: Row): TemporaryAccessPass => ({
  userId: text(row, 'user_id'),
  codeHash: text(row, 'code_hash'),
  issuedAt: number(row, 'issued_at'),
  expiresAt: number(row, 'expires_at'),
  oneTime: row.one_time === 1,
  issuedBy: text(row, 'issued_by'),
  ...(row.used_at != null && { usedAt: number(row, 'used_at') }),
});

function passes(sql: Sql): Store['passes'] {
  return {
    put: async (pass) =>
      sql.transaction(() => {
        const replaced = sql.run('delete from passes where user_id = ?', pass.userId) === 1;
        sql.run(
          'insert into passes values (?, ?, ?, ?, ?, ?, ?)',
          pass.userId,
          pass.codeHash,
          pass.issuedAt,
          pass.expiresAt,
          pass.oneTime ? 1 : 0,
          pass.issuedBy,
          pass.usedAt ?? null,
        );
        return replaced;
      }),
    async byUser(userId) {
      const row = sql.row('select * from passes where user_id = ?', userId);
      return row && toPass(row);
    },
    use: async ({ userId, codeHash }, now) =>
      sql.run(
        'update passes set used_at = ? where user_id = ? and code_hash = ? and (one_time = 0 or used_at is null)',
        now,
        userId,
        codeHash,
      ) === 1,
  };
}

const toPending = (row: Row): PendingPasskey => ({
  id: text(row, 'id'),
  userId: text(row, 'user_id'),
  sessionId: text(row, 'session_id'),
  verifiedAt: number(row, 'verified_at'),
  expiresAt: number(row, 'expires_at'),
  state: text(row, 'state') as PendingPasskey['state'],
  credential: json(row, 'credential'),
});

function pending(sql: Sql): Store['pending'] {
  return {
    insert: async ({ id, userId, sessionId, verifiedAt, expiresAt, state, credential }) =>
      sql.run(
        `insert into pending select ?, ?, ?, ?, ?, ?, ?, ?
         where not exists (select 1 from passkeys where credential_id = ?) on conflict do nothing`,
        id,
        userId,
        sessionId,
        credential.credentialId,
        verifiedAt,
        expiresAt,
        state,
        JSON.stringify(credential),
        credential.credentialId,
      ) === 1,
    async byId(id) {
      const row = sql.row('select * from pending where id = ?', id);
      return row && toPending(row);
    },
    byUser: async (userId) =>
      sql.rows('select * from pending where user_id = ? order by verified_at', userId).map(toPending),
    async abandon(which) {
      const abandoned = (condition: string, value: string | number) =>
        sql.rows(`update pending set state = 'abandoned' where state = 'waiting' and ${condition} returning *`, value);
      if ('id' in which) return abandoned('id = ?', which.id).map(toPending);
      if ('userId' in which) return abandoned('user_id = ?', which.userId).map(toPending);
      return abandoned('expires_at <= ?', which.expiredBy).map(toPending);
    },
  };
}

const toPasskey = (row: Row): Passkey => ({
  ...json<Passkey>(row, 'credential'),
  id: text(row, 'id'),
  userId: text(row, 'user_id'),
  name: text(row, 'name'),
  registeredAt: number(row, 'registered_at'),
  ...(row.last_used_at != null && { lastUsedAt: number(row, 'last_used_at') }),
});

function passkeys(sql: Sql): Store['passkeys'] {
  const one = (row: Row | undefined) => row && toPasskey(row);
  return {
    promote: async (pendingId, name, now) =>
      sql.transaction(() => {
        const waiting = sql.row(
          "delete from pending where id = ? and state = 'waiting' and expires_at > ? returning *",
          pendingId,
          now,
        );
        if (!waiting) return undefined;
        return one(
          sql.row(
            `insert into passkeys (id, user_id, credential_id, name, registered_at, credential)
             values (?, ?, ?, ?, ?, ?) returning *`,
            pendingId,
            text(waiting, 'user_id'),
            text(waiting, 'credential_id'),
            name,
            now,
            text(waiting, 'credential'),
          ),
        );
      }),
    byId: async (id) => one(sql.row('select * from passkeys where id = ?', id)),
    byCredentialId: async (id) => one(sql.row('select * from passkeys where credential_id = ?', id)),
    byUser: async (userId) =>
      sql.rows('select * from passkeys where user_id = ? order by registered_at, id', userId).map(toPasskey),
    async rename(id, name) {
      sql.run('update passkeys set name = ? where id = ?', name, id);
    },
    async used(id, signCount, backedUp, now) {
      sql.run(
        `update passkeys set last_used_at = ?,
         credential = json_set(credential, '$.signCount', ?, '$.backedUp', json(?)) where id = ?`,
        now,
        signCount,
        backedUp ? 'true' : 'false',
        id,
      );
    },
    async delete(id) {
      sql.run('delete from passkeys where id = ?', id);
    },
  };
}

function attempts(sql: Sql): Store['attempts'] {
  return {
    async fail(subject, now) {
      const row = sql.row(
        `insert into attempts values (?, 1, ?)
         on conflict do update set failures = failures + 1, last_at = excluded.last_at returning failures`,
        subject,
        now,
      );
      return Number(row?.failures);
    },
    async failures(subject) {
      const row = sql.row('select failures, last_at from attempts where subject = ?', subject);
      return { count: Number(row?.failures ?? 0), lastAt: Number(row?.last_at ?? 0) };
    },
    async clear(subject) {
      sql.run('delete from attempts where subject = ?', subject);
    },
  };
}

function events(sql: Sql): Store['events'] {
  return {
    async append({ at, event, detail }) {
      sql.run('insert into events (at, event, detail) values (?, ?, ?)', at, event, JSON.stringify(detail));
    },
    list: async () =>
      sql.rows('select at, event, detail from events order by seq').map((row) => ({
        at: number(row, 'at'),
        event: text(row, 'event'),
        detail: json<EventRecord['detail']>(row, 'detail'),
      })),
  };
}

function policy(sql: Sql): Store['policy'] {
  return {
    async get(): Promise<Policy | undefined> {
      const row = sql.row('select document from policy');
      return row && policySchema.parse(json(row, 'document'));
    },
    async put(document) {
      sql.run(
        'insert into policy values (1, ?) on conflict do update set document = excluded.document',
        JSON.stringify(document),
      );
    },
  };
}
