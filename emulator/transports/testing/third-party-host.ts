/** Runs host programs that use third-party libraries. Each program prints one line per operation: its name, and `ok` or the error. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { type Authenticator, createAuthenticator, type DefectId } from '../../index.ts';

/** The operations of a host program, in order. Each one becomes a test. */
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

/** Operation name to outcome: `ok` or the error. */
export type Outcomes = ReadonlyMap<string, string>;

const timeoutMs = 60_000;

/** Runs a host program and returns its operations with their outcomes; if it fails, those that it printed before. */
export async function runHostProgram(program: string, args: readonly string[]): Promise<[string, string][]> {
  const { stdout } = await promisify(execFile)(program, args, { timeout: timeoutMs }).catch(
    (error: { stdout: string }) => error,
  );
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]);
}

/** Creates the key that host programs use: all features, no fingerprint enrolled. */
export const createKeyForHosts = (defects: readonly DefectId[] = []): Authenticator =>
  createAuthenticator({ persona: 'touchstone-complete', uvEnrolled: false, defects });

/** Declares a test for each operation, and for the additional operations of this host. */
export function testEachOperation(outcomes: () => Outcomes, additional: readonly string[] = []): void {
  test.each([...operations, ...additional])('%s has the expected outcome', (name) => {
    expect(outcomes().get(name) ?? 'not executed').toBe('ok');
  });
}
