/** Opens a libsql database: a file that survives power loss, or memory. Each statement is prepared once. The only file that imports libsql. */
import Database from 'libsql';

type SqlValue = string | number | null;
export type Row = Record<string, SqlValue>;

export interface Sql {
  /** @returns the number of rows that changed. */
  run(statement: string, ...values: SqlValue[]): number;
  /** Returns the first row of the result. */
  row(statement: string, ...values: SqlValue[]): Row | undefined;
  rows(statement: string, ...values: SqlValue[]): Row[];
  /** Runs `work` as one transaction: all of its statements take effect, or none. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/** Opens the file `path` (or `:memory:`) and runs the statements of `schema`, which must be safe to repeat. */
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
