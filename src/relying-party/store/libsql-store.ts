/** The store in a libsql database, in a file (WAL, synchronous FULL) or in memory. */
import { type Policy, policySchema } from '../config.ts';
import { openDatabase, type Sql } from './libsql.ts';
import { challenges, passkeys, pending } from './libsql-credentials.ts';
import { attempts, passes, sessions, users } from './libsql-users.ts';
import { readJson, readNumber, readText } from './read-column.ts';
import { schema } from './schema.ts';
import { withTransactions } from './serialized-store.ts';
import type { EventRecord, Store } from './store.ts';

/**
 * Opens the store in the file `path`; by default in memory.
 * @throws {UsageError} if the path is not that of a store, {UnavailableError} if the file cannot be used.
 */
export function openStore(path = ':memory:'): Store {
  const sql = openDatabase(path, schema);
  const repositories = {
    users: users(sql),
    sessions: sessions(sql),
    challenges: challenges(sql),
    passes: passes(sql),
    pending: pending(sql),
    passkeys: passkeys(sql),
    attempts: attempts(sql),
    events: events(sql),
    policy: policy(sql),
  };
  return {
    ...withTransactions(repositories, sql),
    async [Symbol.asyncDispose]() {
      sql.close();
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
        at: readNumber(row, 'at'),
        event: readText(row, 'event'),
        detail: readJson<EventRecord['detail']>(row, 'detail'),
      })),
  };
}

function policy(sql: Sql): Store['policy'] {
  /** Cache of the policy, which every request reads and which seldom changes. */
  let last: { document: string; policy: Policy } | undefined;
  return {
    async get(): Promise<Policy | undefined> {
      const row = sql.row('select document from policy');
      if (!row) return undefined;
      const document = readText(row, 'document');
      if (last?.document !== document) last = { document, policy: policySchema.parse(JSON.parse(document)) };
      return last.policy;
    },
    async put(document) {
      sql.run(
        'insert into policy values (1, ?) on conflict do update set document = excluded.document',
        JSON.stringify(document),
      );
    },
  };
}
