/** Hosts that are not ours, run as programs: each prints a line for an operation, its name and `ok` or what came instead. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { type Authenticator, createAuthenticator } from '../../index.ts';

/** What a host does with a key that has everything, in this order; each is a test of its own. */
const operations = [
  'open',
  'info',
  'make-without-pin',
  'assert-without-pin',
  'set-pin',
  'wrong-pin',
  'retries',
  'change-pin',
  'make-with-pin',
  'assert-with-pin',
  'make-discoverable',
  'assert-discoverable',
  'large-blob-write',
  'large-blob-read',
  'credential-metadata',
  'list-credentials',
  'delete-credential',
  'deleted-is-gone',
  'reset',
] as const;

/** Outcome by operation. */
export type Outcomes = ReadonlyMap<string, string>;

const timeoutMs = 60_000;

/** Runs the program to its end. A host that breaks off leaves the outcomes that it printed before. */
export async function outcomesOf(program: string, args: readonly string[]): Promise<[string, string][]> {
  const { stdout } = await promisify(execFile)(program, args, { timeout: timeoutMs }).catch(
    (error: { stdout: string }) => error,
  );
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]);
}

/** The key that hosts are tried with: it has everything, and nobody's finger is enrolled. */
export const keyForHosts = (): Authenticator =>
  createAuthenticator({ persona: 'touchstone-complete', uvEnrolled: false });

/** One test for each operation, and for those the host has besides. */
export function judgeOperations(outcomes: () => Outcomes, besides: readonly string[] = []): void {
  test.each([...operations, ...besides])('%s', (name) => {
    expect(outcomes().get(name) ?? 'it was not tried').toBe('ok');
  });
}
