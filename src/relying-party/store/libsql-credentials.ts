/** Challenges, pending credentials and passkeys in libsql. */
import type { Row, Sql } from './libsql.ts';
import { readJson, readNumber, readText } from './read-column.ts';
import type { Challenge, Passkey, PendingPasskey, Store } from './store.ts';

export function challenges(sql: Sql): Store['challenges'] {
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
          purpose: readText(row, 'purpose') as Challenge['purpose'],
          owner: readText(row, 'owner'),
          issuedAt: readNumber(row, 'issued_at'),
          expiresAt: readNumber(row, 'expires_at'),
          algorithms: readJson<number[]>(row, 'algorithms'),
        }
      );
    },
    async deleteExpired(now) {
      sql.run('delete from challenges where expires_at <= ?', now);
    },
  };
}

const toPending = (row: Row): PendingPasskey => ({
  id: readText(row, 'id'),
  userId: readText(row, 'user_id'),
  sessionId: readText(row, 'session_id'),
  verifiedAt: readNumber(row, 'verified_at'),
  expiresAt: readNumber(row, 'expires_at'),
  state: readText(row, 'state') as PendingPasskey['state'],
  credential: readJson(row, 'credential'),
});

export function pending(sql: Sql): Store['pending'] {
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
  ...readJson<Passkey>(row, 'credential'),
  id: readText(row, 'id'),
  userId: readText(row, 'user_id'),
  name: readText(row, 'name'),
  registeredAt: readNumber(row, 'registered_at'),
  ...(row.last_used_at != null && { lastUsedAt: readNumber(row, 'last_used_at') }),
});

export function passkeys(sql: Sql): Store['passkeys'] {
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
            readText(waiting, 'user_id'),
            readText(waiting, 'credential_id'),
            name,
            now,
            readText(waiting, 'credential'),
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
    async recordUse(id, signCount, backedUp, now) {
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
