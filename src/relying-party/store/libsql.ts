/** Opens a libsql database: a file that survives power loss, or memory. Each statement is prepared once. The only file that imports libsql. */
import Database from 'libsql';
import { messageOf, UsageError } from '#base/errors.ts';
import { createDatabaseFile, describeOpenError, restrictToOwner } from './database-file.ts';
import { StoreError } from './store-error.ts';

type SqlValue = string | number | null;
export type Row = Record<string, SqlValue>;

/** Every method throws a `StoreError` if the database is full or cannot be used. */
export interface Sql {
  /** @returns the number of rows that changed. */
  run(statement: string, ...values: SqlValue[]): number;
  /** Returns the first row of the result. */
  row(statement: string, ...values: SqlValue[]): Row | undefined;
  rows(statement: string, ...values: SqlValue[]): Row[];
  /** Runs `work` as one transaction: all of its statements take effect, or none. Within `begin` and `commit` it is part of that one. */
  transaction<T>(work: () => T): T;
  begin(): void;
  commit(): void;
  /** Does nothing if no transaction is open: after some errors the database has rolled back itself. */
  rollback(): void;
  close(): void;
}

/** How long a statement waits while another process writes to the file. */
const busyTimeoutMs = 5_000;

/**
 * Opens the file `path` (or `:memory:`) and runs the statements of `schema`, which must be safe to repeat.
 * @throws {UsageError} if the path is not that of a store, {UnavailableError} if the file cannot be used.
 */
export function openDatabase(path: string, schema: string): Sql {
  try {
    if (path !== ':memory:') createDatabaseFile(path);
    return createSql(openConnection(path, schema));
  } catch (error) {
    throw describeOpenError(path, error);
  }
}

/** Identifies files of this store in their header. */
const applicationId = 0x74_73_72_70;

/** Raised when a column changes in a way that the statements of `schema` do not make up for. */
const storeVersion = 1;

function openConnection(path: string, schema: string): Database.Database {
  const database = new Database(path);
  try {
    database.pragma(`busy_timeout = ${busyTimeoutMs}`);
    requireOwnDatabase(path, database);
    requireKnownVersion(path, database);
    if (path !== ':memory:') {
      restrictToOwner(path);
      database.pragma('journal_mode = WAL');
    }
    database.pragma('synchronous = FULL');
    database.exec(`pragma application_id = ${applicationId};pragma user_version = ${storeVersion};${schema}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Refuses the database of another program. Stores of earlier versions have no application id, but the table `passkeys`. */
function requireOwnDatabase(path: string, database: Database.Database): void {
  const { application_id: id } = database.prepare('pragma application_id').get() as { application_id: number };
  if (id === applicationId) return;
  const tables = database.prepare("select name from sqlite_master where type = 'table'").all() as { name: string }[];
  if (tables.length > 0 && !tables.some(({ name }) => name === 'passkeys'))
    throw new UsageError(`Cannot use ${path} as the store: it is the database of another program`);
}

/** Stores that were made before they had a version have the tables of version 1. */
function requireKnownVersion(path: string, database: Database.Database): void {
  const { user_version: version } = database.prepare('pragma user_version').get() as { user_version: number };
  if (version > storeVersion)
    throw new UsageError(
      `Cannot use ${path} as the store: it has version ${version}, expected version ${storeVersion}: use the version of Touchstone that made it`,
    );
}

function createSql(database: Database.Database): Sql {
  const prepared = new Map<string, Database.Statement>();
  const statement = (text: string) => {
    const known = prepared.get(text) ?? database.prepare(text);
    prepared.set(text, known);
    return known;
  };
  const sql: Sql = {
    run: (text, ...values) => withStoreErrors(() => statement(text).run(...values).changes),
    row: (text, ...values) => withStoreErrors(() => statement(text).get(...values) as Row | undefined),
    rows: (text, ...values) => withStoreErrors(() => statement(text).all(...values) as Row[]),
    begin: () => withStoreErrors(() => void database.exec('begin immediate')),
    commit: () => withStoreErrors(() => void database.exec('commit')),
    rollback() {
      if (database.inTransaction) withStoreErrors(() => void database.exec('rollback'));
    },
    transaction(work) {
      if (database.inTransaction) return work();
      sql.begin();
      try {
        const result = work();
        sql.commit();
        return result;
      } catch (error) {
        sql.rollback();
        throw error;
      }
    },
    close() {
      prepared.clear();
      database.close();
    },
  };
  return sql;
}

/** Result codes of SQLite that mean a problem of the storage; every other one means a defect of a statement. */
const unavailableCode = /^SQLITE_(BUSY|LOCKED|READONLY|IOERR|CANTOPEN|CORRUPT|NOTADB|NOMEM|PROTOCOL|PERM|AUTH|NOLFS)/;

/** Runs `work` and turns errors of the storage into a `StoreError`. */
function withStoreErrors<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const message = `Cannot use the store: ${messageOf(cause)} (${code})`;
    if (code.startsWith('SQLITE_FULL')) throw new StoreError('full', message, { cause });
    if (unavailableCode.test(code)) throw new StoreError('unavailable', message, { cause });
    throw cause;
  }
}
