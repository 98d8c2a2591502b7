/** Loads the adapter of a library under test: a module that exports `adapter`. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf, UsageError } from '#base/errors.ts';
import type { RelyingPartyLibrary } from '#conformance/relying-party/library-target.ts';

/** @throws {UsageError} if the module cannot be loaded or does not export an adapter. */
export async function loadAdapter(file: string): Promise<RelyingPartyLibrary> {
  const { adapter } = await importModule(file);
  const problem = findProblem(adapter);
  if (problem !== undefined) throw new UsageError(`Cannot use the adapter ${file}: ${problem}`);
  return adapter as RelyingPartyLibrary;
}

async function importModule(file: string): Promise<{ adapter?: unknown }> {
  try {
    return await import(pathToFileURL(resolve(file)).href);
  } catch (cause) {
    throw new UsageError(`Cannot load the adapter ${file}: ${messageOf(cause)}`, { cause });
  }
}

function findProblem(adapter: unknown): string | undefined {
  if (typeof adapter !== 'object' || adapter === null) return 'expected an export with the name adapter';
  const members = adapter as Record<string, unknown>;
  if (typeof members.name !== 'string') return 'expected text in name';
  if (typeof members.checksTrust !== 'boolean') return 'expected true or false in checksTrust';
  const missing = ['verifyRegistration', 'verifyAuthentication'].find((name) => typeof members[name] !== 'function');
  return missing && `expected a function in ${missing}`;
}
