/** Playwright's storageState of a signed-in user: cookies and local storage. */
import { resolve } from 'node:path';
import type { BrowserContext } from 'playwright';
import { messageOf, UnavailableError } from '#base/errors.ts';
import { readTextFile } from '../../language/read-file.ts';

type StorageState = Exclude<Parameters<BrowserContext['setStorageState']>[0], string>;

/** Sites store much in a browser. */
const maxStateBytes = 16 * 1024 * 1024;

/**
 * Signs the user in. `state` is the path of a file, relative to `folder`, or the state itself.
 * @throws {UnavailableError} if the state cannot be read, or is none.
 */
export async function signInWithStorageState(context: BrowserContext, state: unknown, folder: string): Promise<void> {
  const which = typeof state === 'string' ? ` ${state}` : '';
  try {
    await context.setStorageState(checkState(typeof state === 'string' ? readState(resolve(folder, state)) : state));
  } catch (cause) {
    throw new UnavailableError(`Cannot use the storage state${which}: ${messageOf(cause)}`, { cause });
  }
}

function readState(path: string): unknown {
  const read = readTextFile(path, maxStateBytes);
  if ('problem' in read) throw new Error(read.problem);
  try {
    return JSON.parse(read.text);
  } catch {
    throw new Error('expected JSON, as storageState of Playwright writes it');
  }
}

function checkState(value: unknown): StorageState {
  const { cookies, origins } = (typeof value === 'object' && value !== null ? value : {}) as Partial<StorageState>;
  if (Array.isArray(cookies) && Array.isArray(origins)) return { cookies, origins };
  throw new Error('expected an object with the lists cookies and origins, as storageState of Playwright writes it');
}
