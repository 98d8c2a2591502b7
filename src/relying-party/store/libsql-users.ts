/** Users, sessions, Temporary Access Passes and failed attempts in libsql. */
import type { Row, Sql } from './libsql.ts';
import { readJson, readNumber, readText } from './read-column.ts';
import type { Session, Store, TemporaryAccessPass, User } from './store.ts';

const toUser = (row: Row): User => ({
  id: readText(row, 'id'),
  name: readText(row, 'name'),
  displayName: readText(row, 'display_name'),
  passwordHash: readText(row, 'password_hash'),
  guest: row.guest === 1,
  roles: readJson(row, 'roles'),
  groups: readJson(row, 'groups'),
  ...(row.totp_secret != null && { totpSecret: readText(row, 'totp_secret') }),
});

export function users(sql: Sql): Store['users'] {
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
    async setDisplayName(id, displayName) {
      sql.run('update users set display_name = ? where id = ?', displayName, id);
    },
    enrollTotp: async (id, secret, step) =>
      sql.run(
        `update users set totp_secret = ?, totp_step = ?
         where id = ? and not (totp_secret is ? and totp_step >= ?)`,
        secret,
        step,
        id,
        secret,
        step,
      ) === 1,
    async removeTotp(id) {
      sql.run('update users set totp_secret = null, totp_step = -1 where id = ?', id);
    },
    useTotpStep: async (id, step) =>
      sql.run('update users set totp_step = ? where id = ? and totp_step < ?', step, id, step) === 1,
  };
}

const toSession = (row: Row): Session => ({
  id: readText(row, 'id'),
  userId: readText(row, 'user_id'),
  csrfToken: readText(row, 'csrf_token'),
  createdAt: readNumber(row, 'created_at'),
  expiresAt: readNumber(row, 'expires_at'),
  ...(row.mfa != null && { mfa: readJson<NonNullable<Session['mfa']>>(row, 'mfa') }),
  ...(row.totp_draft != null && { totpDraft: readText(row, 'totp_draft') }),
});

export function sessions(sql: Sql): Store['sessions'] {
  const insert = ({ id, userId, csrfToken, createdAt, expiresAt, mfa, totpDraft }: Session) =>
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
  return {
    async insert(session) {
      insert(session);
    },
    replace: async (id, session) =>
      sql.transaction(() => {
        if (sql.run('delete from sessions where id = ?', id) === 0) return false;
        insert(session);
        sql.run('update challenges set owner = ? where owner = ?', session.id, id);
        sql.run('update pending set session_id = ? where session_id = ?', session.id, id);
        return true;
      }),
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

const toPass = (row: Row): TemporaryAccessPass => ({
  userId: readText(row, 'user_id'),
  codeHash: readText(row, 'code_hash'),
  issuedAt: readNumber(row, 'issued_at'),
  expiresAt: readNumber(row, 'expires_at'),
  oneTime: row.one_time === 1,
  issuedBy: readText(row, 'issued_by'),
  ...(row.used_at != null && { usedAt: readNumber(row, 'used_at') }),
});

export function passes(sql: Sql): Store['passes'] {
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

export function attempts(sql: Sql): Store['attempts'] {
  return {
    begin: async (subject, { failures, waitMs }, now) =>
      sql.run(
        `insert into attempts values (?, 1, ?)
         on conflict do update set failures = failures + 1, last_at = excluded.last_at
         where failures < ? or last_at <= ?`,
        subject,
        now,
        failures,
        now - waitMs,
      ) === 1,
    async clear(subject) {
      sql.run('delete from attempts where subject = ?', subject);
    },
  };
}
