/** Opening the file of the store: its permissions, and one sentence for everything that can be wrong with it. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UnavailableError, UsageError } from '#base/errors.ts';
import { describeOpenError } from './database-file.ts';
import { openDatabase } from './libsql.ts';
import { openStore } from './libsql-store.ts';
import { schema } from './schema.ts';
import { StoreError } from './store-error.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-store-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const modes = (): string[] =>
  readdirSync(folder)
    .map((name) => `${name} ${(statSync(join(folder, name)).mode & 0o777).toString(8)}`)
    .sort();
const event = { at: 1, event: 'signin.ok', detail: {} };
const allPrivate = ['x.db 600', 'x.db-shm 600', 'x.db-wal 600'];

/** Creates a database of another program. */
function createDatabase(path: string, statements: string): void {
  const database = new Database(path);
  database.exec(statements);
  database.close();
}

describe('the files of a store', () => {
  it('can be read by their owner only', async () => {
    await using store = openStore(join(folder, 'x.db'));
    await store.events.append(event);
    expect(modes()).toEqual(allPrivate);
  });

  it('get these permissions when they exist with others', async () => {
    const path = join(folder, 'x.db');
    await using first = openStore(path);
    await first.events.append(event);
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o644);
    await using second = openStore(path);
    expect(modes()).toEqual(allPrivate);
    expect(await second.events.list()).toEqual([event]);
  });

  it('are recognised when they were made before stores had an application id', async () => {
    const path = join(folder, 'x.db');
    createDatabase(path, schema);
    chmodSync(path, 0o644);
    await using store = openStore(path);
    await store.events.append(event);
    expect(modes()).toEqual(allPrivate);
  });

  it('have a version', async () => {
    await openStore(join(folder, 'x.db'))[Symbol.asyncDispose]();
    const database = new Database(join(folder, 'x.db'));
    expect(database.prepare('pragma user_version').get()).toMatchObject({ user_version: 1 });
    database.close();
  });
});

describe('openStore refuses with one sentence', () => {
  const unusable: Record<string, [make: () => string, sentence: string]> = {
    'a path in a folder that does not exist': [
      () => join(folder, 'none', 'x.db'),
      'the folder FOLDER/none does not exist',
    ],
    'a path in a file': [
      () => {
        writeFileSync(join(folder, 'file'), '');
        return join(folder, 'file', 'x.db');
      },
      'FOLDER/file is not a folder',
    ],
    'a directory': [() => folder, 'it is a directory, expected a regular file'],
    'a device': [() => '/dev/full', 'it is a device, a pipe or a socket, expected a regular file'],
    'a pipe': [
      () => {
        execFileSync('mkfifo', [join(folder, 'pipe')]);
        return join(folder, 'pipe');
      },
      'it is a device, a pipe or a socket, expected a regular file',
    ],
    'a text file': [
      () => {
        writeFileSync(join(folder, 'notes'), 'These are notes, and not a database. '.repeat(40));
        return join(folder, 'notes');
      },
      'it is not a SQLite database',
    ],
    'a store of a later version': [
      () => {
        createDatabase(join(folder, 'later.db'), `pragma user_version = 2;${schema}`);
        return join(folder, 'later.db');
      },
      'it has version 2, expected version 1: use the version of Touchstone that made it',
    ],
    'the database of another program': [
      () => {
        createDatabase(join(folder, 'other.db'), 'create table notes (id)');
        return join(folder, 'other.db');
      },
      'it is the database of another program',
    ],
  };
  it.each(Object.entries(unusable))('%s', (_, [make, sentence]) => {
    const path = make();
    expect(() => openStore(path)).toThrow(
      new UsageError(`Cannot use ${path} as the store: ${sentence.replace('FOLDER', folder)}`),
    );
  });

  it('a database that is damaged', () => {
    const path = join(folder, 'x.db');
    createDatabase(path, schema);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0x55, 100));
    expect(() => openStore(path)).toThrow(
      new UnavailableError(`Cannot use ${path} as the store: the database is damaged`),
    );
  });

  const codes: [string, string][] = [
    ['EACCES', 'there is no permission to read and write it'],
    ['EPERM', 'there is no permission to read and write it'],
    ['EROFS', 'the file system is read-only'],
    ['ENOSPC', 'there is no space left on the disk'],
    ['EDQUOT', 'there is no space left on the disk'],
    ['SQLITE_FULL', 'there is no space left on the disk'],
    ['SQLITE_BUSY', 'another program has locked it'],
    ['SQLITE_READONLY_DIRECTORY', 'it cannot be written'],
    ['SQLITE_CANTOPEN', 'its folder cannot be written'],
    ['SQLITE_IOERR_WRITE', 'it cannot be read or written'],
    ['EMFILE', 'too many open files'],
  ];
  it.each(codes)('error %s', (code, sentence) => {
    const error = Object.assign(new Error('too many open files'), { code });
    expect(describeOpenError('/x.db', error)).toEqual(
      new UnavailableError(`Cannot use /x.db as the store: ${sentence}`),
    );
  });

  it('and changes neither content nor permissions of a file that is not its own', () => {
    const [text, other] = [join(folder, 'notes'), join(folder, 'other.db')];
    writeFileSync(text, 'These are notes. '.repeat(40));
    createDatabase(other, 'create table notes (id)');
    for (const path of [text, other]) {
      chmodSync(path, 0o644);
      const before = readFileSync(path);
      expect(() => openStore(path)).toThrow(UsageError);
      expect(readFileSync(path)).toEqual(before);
    }
    expect(modes()).toEqual(['notes 644', 'other.db 644']);
  });
});

describe('a database that becomes full', () => {
  const limited = () => openDatabase(':memory:', `pragma max_page_count = 12; create table if not exists notes (text)`);
  const insert = 'insert into notes values (?)';
  const fill = (sql: ReturnType<typeof limited>) => {
    for (let row = 0; row < 100; row++) sql.run(insert, 'x'.repeat(3000));
  };

  it('throws a StoreError, keeps what it has, and works when there is space again', () => {
    const sql = limited();
    expect(() => fill(sql)).toThrow(expect.objectContaining({ name: 'StoreError', problem: 'full' }));
    const kept = sql.rows('select rowid from notes').length;
    expect(kept).toBeGreaterThan(0);
    sql.row('pragma max_page_count = 1000');
    sql.run(insert, 'x'.repeat(3000));
    expect(sql.rows('select rowid from notes')).toHaveLength(kept + 1);
    sql.close();
  });

  it('undoes a transaction that it could not finish', () => {
    const sql = limited();
    const work = () => sql.transaction(() => fill(sql));
    expect(work).toThrow(StoreError);
    expect(sql.rows('select rowid from notes')).toEqual([]);
    sql.run(insert, 'x');
    sql.close();
  });
});
