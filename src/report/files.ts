/** Files of a run: written whole or not at all, and the pointer `latest` to the newest run. */
import { cp, lstat, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Writes to a temporary file beside `path`, then renames it, so that a reader sees the old file or the new one. */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** What stands at `latest` now; `text` is a file that holds the run's name. */
export type PointerKind = 'symlink' | 'copy' | 'text';

/** The ways of pointing, seamed out because not every file system can make links. */
export interface PointerTools {
  symlink(target: string, path: string): Promise<void>;
  copy(from: string, to: string): Promise<void>;
}

const systemTools: PointerTools = {
  symlink: (target, path) => symlink(target, path, 'dir'),
  copy: (from, to) => cp(from, to, { recursive: true }),
};

/**
 * Makes `<reports>/latest` point to the run in `runFolder`: a relative symbolic link, swapped in one step; where links are impossible
 * a copy of the folder; where that fails too a text file with the run's name.
 */
export async function pointLatestTo(runFolder: string, tools: PointerTools = systemTools): Promise<PointerKind> {
  const latest = join(dirname(runFolder), 'latest');
  const name = basename(runFolder);
  const temporary = temporaryBeside(latest);
  const ways: [PointerKind, () => Promise<void>][] = [
    ['symlink', () => tools.symlink(name, temporary)],
    ['copy', () => tools.copy(runFolder, temporary)],
    ['text', () => writeFile(temporary, `${name}\n`)],
  ];
  let lastError: unknown;
  for (const [kind, make] of ways) {
    try {
      await make();
      await replace(temporary, latest);
      return kind;
    } catch (error) {
      lastError = error;
      await rm(temporary, { recursive: true, force: true });
    }
  }
  throw new Error(`cannot point ${latest} to ${name}`, { cause: lastError });
}

/** A rename replaces a link or a file in one step; a folder (an earlier copy) has to make room first. */
async function replace(temporary: string, path: string): Promise<void> {
  const standing = await lstat(path).catch(() => undefined);
  if (standing?.isDirectory()) await rm(path, { recursive: true });
  else if (standing && (await lstat(temporary)).isDirectory()) await rm(path);
  await rename(temporary, path);
}

let serial = 0;
const temporaryBeside = (path: string): string => join(dirname(path), `.${basename(path)}.${process.pid}.${++serial}`);
