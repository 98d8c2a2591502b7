/** Checks that a report can be written, before anything runs whose result would be lost otherwise. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { messageOf, UsageError } from '#base/errors.ts';

/**
 * Creates the folder if it does not exist, and checks that files can be created in it.
 * @throws {UsageError} if it cannot be created or written; the message has the reason of the operating system.
 */
export async function ensureWritableFolder(folder: string): Promise<void> {
  const path = resolve(folder);
  try {
    await mkdir(path, { recursive: true });
    await rm(await mkdtemp(join(path, '.touchstone-')), { recursive: true });
  } catch (cause) {
    throw new UsageError(`Cannot write reports to ${folder}: expected a writable folder, got ${messageOf(cause)}`, {
      cause,
    });
  }
}
