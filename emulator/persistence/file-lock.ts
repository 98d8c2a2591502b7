/**
 * Lets one process at a time use a file. `FILE.lock` beside the file names the process that holds the lock. The lock of a process
 * that ended without releasing it (kill -9, power failure) can be replaced. The right to replace it is a lock of the same kind,
 * `FILE.lock.next`, which is then renamed to `FILE.lock`: if several processes find the lock of an ended process, one replaces it,
 * and if that process also ends, the next one does.
 * Processes of other machines or containers that share the folder are not recognized.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf, UnavailableError } from '#base/errors.ts';
import { describeThisProcess, findRunningProcess } from './process-identity.ts';

/** The locks that this process holds, and how often it holds each. */
const held = new Map<string, number>();

/**
 * Locks `path` against other processes until the lock is disposed or the process ends. The same process can lock it several times.
 * @throws {UnavailableError} if another process holds the lock, or the lock file cannot be written.
 */
export function lockFile(path: string): Disposable {
  const lock = `${resolve(path)}.lock`;
  if (!held.has(lock)) acquire(lock, path);
  held.set(lock, (held.get(lock) ?? 0) + 1);
  let isHeld = true;
  return {
    [Symbol.dispose]() {
      if (isHeld) release(lock);
      isHeld = false;
    },
  };
}

function acquire(lock: string, path: string): void {
  const ownFile = `${lock}.${process.pid}`; // written first and then linked, so that a lock file is always complete
  let holder: number | undefined;
  try {
    writeFileSync(ownFile, describeThisProcess());
    holder = linkAsLock(ownFile, lock);
  } catch (cause) {
    throw new UnavailableError(`Cannot lock ${path}: ${messageOf(cause)}`, { cause });
  } finally {
    rmSync(ownFile, { force: true });
  }
  if (holder !== undefined)
    throw new UnavailableError(
      `Cannot use ${path}: process ${holder} is using it; end that process, or use another file`,
    );
  if (held.size === 0) process.once('exit', releaseAll);
}

/** Makes `ownFile` the lock. Returns the id of the process that holds the lock, or undefined if it now is this process. */
function linkAsLock(ownFile: string, lock: string): number | undefined {
  while (!tryLink(ownFile, lock)) {
    const found = readIfExists(lock);
    if (found === undefined) continue; // it was released in the meantime
    const next = `${lock}.next`;
    const holder = findRunningProcess(found) ?? linkAsLock(ownFile, next);
    if (holder !== undefined) return holder;
    if (readIfExists(lock) === found) {
      renameSync(next, lock);
      return undefined;
    }
    rmSync(next); // another process has already replaced the lock
  }
  return undefined;
}

/** Returns false if `lock` exists. */
function tryLink(ownFile: string, lock: string): boolean {
  try {
    linkSync(ownFile, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readIfExists(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function release(lock: string): void {
  const others = (held.get(lock) ?? 0) - 1;
  if (others > 0) held.set(lock, others);
  else if (held.delete(lock)) rmSync(lock, { force: true });
  if (held.size === 0) process.off('exit', releaseAll);
}

function releaseAll(): void {
  for (const lock of held.keys()) rmSync(lock, { force: true });
}
