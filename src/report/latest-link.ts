/** `<reports>/latest`, which points to the newest run; each kind of run has its own link. */
import { cp, lstat, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { temporaryPathBeside } from './write-atomically.ts';

/** What `latest` is now; `text` is a file that contains the run's name. */
export type LatestKind = 'symlink' | 'copy' | 'text';

/** Replaceable file operations, because not every file system supports links. */
interface LinkOperations {
  symlink(target: string, path: string): Promise<void>;
  copy(from: string, to: string): Promise<void>;
}

const fileSystem: LinkOperations = {
  symlink: (target, path) => symlink(target, path, 'dir'),
  copy: (from, to) => cp(from, to, { recursive: true }),
};

export interface LinkOptions {
  operations?: LinkOperations;
  /** Name of the link; default `latest`. */
  name?: string;
}

/**
 * Points `<reports>/latest` to `runFolder`: with a relative symbolic link that is replaced in one step; where links do not work,
 * with a copy of the folder; where that fails too, with a text file that contains the run's name.
 */
export async function updateLatestLink(
  runFolder: string,
  { operations = fileSystem, name: linkName = 'latest' }: LinkOptions = {},
): Promise<LatestKind> {
  const latest = join(dirname(runFolder), linkName);
  const name = basename(runFolder);
  const temporary = temporaryPathBeside(latest);
  const attempts: [LatestKind, () => Promise<void>][] = [
    ['symlink', () => operations.symlink(name, temporary)],
    ['copy', () => operations.copy(runFolder, temporary)],
    ['text', () => writeFile(temporary, `${name}\n`)],
  ];
  let lastError: unknown;
  for (const [kind, create] of attempts) {
    try {
      await create();
      await replace(temporary, latest);
      return kind;
    } catch (error) {
      lastError = error;
      await rm(temporary, { recursive: true, force: true });
    }
  }
  throw new Error(`Cannot point ${latest} to ${name}`, { cause: lastError });
}

/** A rename replaces a link or a file in one step; a folder (an earlier copy) must be removed first. */
async function replace(temporary: string, path: string): Promise<void> {
  const existing = await lstat(path).catch(() => undefined);
  if (existing?.isDirectory()) await rm(path, { recursive: true });
  else if (existing && (await lstat(temporary)).isDirectory()) await rm(path);
  await rename(temporary, path);
}
