/** The only door to libsql: opens a database file that survives power loss, or one in memory, and prepares each statement once. */
import Database from 'libsql';

type SqlValue = string | number | null;
export type Row = Record<string, SqlValue>;

export interface Sql {
  /** @returns how many rows changed. */
  run(statement: string, ...values: SqlValue[]): number;
  row(statement: string, ...values: SqlValue[]): Row | undefined;
  rows(statement: string, ...values: SqlValue[]): Row[];
  /** All of `work` or nothing. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/** Opens `path` (`:memory:` for none) and brings it to `schema`, statements that are safe to repeat. */
export function openDatabase(path: string, schema: string): Sql {
  const database = new Database(path);
  if (path !== ':memory:') database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec(schema);
  const prepared = new Map<string, ReturnType<typeof database.prepare>>();
  const statement = (text: string) => {
    const known = prepared.get(text) ?? database.prepare(text);
    prepared.set(text, known);
    return known;
  };
  return {
    run: (text, ...values) => statement(text).run(...values).changes,
    row: (text, ...values) => statement(text).get(...values) as Row | undefined,
    rows: (text, ...values) => statement(text).all(...values) as Row[],
    transaction: (work) => database.transaction(work)(),
    close: () => {
      prepared.clear();
      database.close();
    },
  };
}
