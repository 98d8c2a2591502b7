/**
 * The file of the store: only its owner can read it, because it contains password hashes and the secrets of authenticator apps.
 * Errors of opening it become one sentence.
 */
import { accessSync, chmodSync, closeSync, constants, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, UnavailableError, UsageError } from '#base/errors.ts';

const ownerOnly = 0o600;

/**
 * Creates the file if it does not exist, so that it is private from the start, and checks that an existing one can be used.
 * @throws {UsageError | UnavailableError}
 */
export function createDatabaseFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  // An existing file is not opened here: closing it would release the locks of another connection of this process.
  if (!found) closeSync(openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, ownerOnly));
  else if (found.isFile()) accessSync(path, constants.R_OK | constants.W_OK);
  else throw new UsageError(`Cannot use ${path} as the store: ${kindOf(found)}, expected a regular file`);
}

const kindOf = (found: { isDirectory(): boolean }): string =>
  found.isDirectory() ? 'it is a directory' : 'it is a device, a pipe or a socket';

/**
 * Sets mode 0600 for the database and for the files that SQLite creates beside it. SQLite creates these files with the mode of the database.
 * @throws {UnavailableError} if that is not possible, for example because the file belongs to another user.
 */
export function restrictToOwner(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`])
    try {
      chmodSync(file, ownerOnly);
    } catch (cause) {
      if (codeOf(cause) !== 'ENOENT')
        throw new UnavailableError(`Cannot keep ${file} private: ${messageOf(cause)}`, { cause });
    }
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

const noSpace = 'there is no space left on the disk';
/** What is wrong, by code of Node.js or result code of SQLite. */
const problems: Readonly<Record<string, string>> = {
  EACCES: 'there is no permission to read and write it',
  EPERM: 'there is no permission to read and write it',
  EROFS: 'the file system is read-only',
  ENOSPC: noSpace,
  EDQUOT: noSpace,
  SQLITE_FULL: noSpace,
  SQLITE_BUSY: 'another program has locked it',
  SQLITE_CORRUPT: 'the database is damaged',
  SQLITE_READONLY: 'it cannot be written',
  SQLITE_CANTOPEN: 'its folder cannot be written',
  SQLITE_IOERR: 'it cannot be read or written',
};

/** Returns the error to report when the store in `path` cannot be opened because of `error`. */
export function describeOpenError(path: string, error: unknown): Error {
  if (error instanceof UsageError || error instanceof UnavailableError) return error;
  const [code, cannot] = [codeOf(error), `Cannot use ${path} as the store`];
  if (code === 'ENOENT')
    return new UsageError(`${cannot}: the folder ${dirname(path)} does not exist`, { cause: error });
  if (code === 'ENOTDIR') return new UsageError(`${cannot}: ${dirname(path)} is not a folder`, { cause: error });
  if (code === 'SQLITE_NOTADB') return new UsageError(`${cannot}: it is not a SQLite database`, { cause: error });
  const general = Object.keys(problems).find((known) => code === known || code.startsWith(`${known}_`));
  const problem = general === undefined ? messageOf(error) : problems[general];
  return new UnavailableError(`${cannot}: ${problem}`, { cause: error });
}
