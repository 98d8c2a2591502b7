/**
 * Lets one process at a time use a file: `FILE.lock` beside it names its holder. Who dies without letting go (kill -9, a power cut)
 * blocks nobody. The right to replace a dead holder is a lock of the same kind, `FILE.lock.next`, which then takes the place of the
 * old one: of several that find a dead holder one replaces it, and should that one die as well, the next does.
 * Processes of one machine see each other; those of other machines or containers that share the folder do not.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UnavailableError } from '#base/errors.ts';
import { runningProcess, thisProcess } from './running-process.ts';

/** The locks of this process, and how often it holds each. */
const held = new Map<string, number>();

/**
 * Keeps other processes from locking `path` until it is disposed, or the process ends. The same process may lock it several times.
 * @throws {UnavailableError} when another process holds it, or no lock can be made beside it.
 */
export function lockFile(path: string): Disposable {
  const lock = `${resolve(path)}.lock`;
  if (!held.has(lock)) take(lock, path);
  held.set(lock, (held.get(lock) ?? 0) + 1);
  let isHeld = true;
  return {
    [Symbol.dispose]() {
      if (isHeld) release(lock);
      isHeld = false;
    },
  };
}

function take(lock: string, path: string): void {
  const mine = `${lock}.${process.pid}`; // a lock appears whole: it is written here, and linked
  let holder: number | undefined;
  try {
    writeFileSync(mine, thisProcess());
    holder = occupy(lock, mine);
  } catch (cause) {
    throw new UnavailableError(`cannot lock ${path}: ${(cause as Error).message}`, { cause });
  } finally {
    rmSync(mine, { force: true });
  }
  if (holder !== undefined)
    throw new UnavailableError(
      `cannot use ${path}: process ${holder} is using it; end that process, or name another file`,
    );
  if (held.size === 0) process.once('exit', releaseAll);
}

/** Makes `mine` the lock, unless a process that runs holds it: then that one's number. */
function occupy(lock: string, mine: string): number | undefined {
  while (!isLinked(mine, lock)) {
    const found = contentOf(lock);
    if (found === undefined) continue; // was let go of just now
    const next = `${lock}.next`;
    const holder = runningProcess(found) ?? occupy(next, mine);
    if (holder !== undefined) return holder;
    if (contentOf(lock) === found) {
      renameSync(next, lock);
      return undefined;
    }
    rmSync(next); // another one has replaced it already
  }
  return undefined;
}

function isLinked(mine: string, lock: string): boolean {
  try {
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function contentOf(file: string): string | undefined {
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
