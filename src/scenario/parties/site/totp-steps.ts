/**
 * Codes of authenticator apps that were not used yet. A site accepts each code once (RFC 6238 section 5.2), and cases, workers and runs
 * share the user of a site file. So each used time step is a file, which only one process can create. Only runs on one machine and of one
 * system user see each other.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '#base/clock.ts';
import { UnavailableError } from '#base/errors.ts';
import { sha256 } from '#protocol/crypto.ts';
import type { AuthenticatorApp } from '#relying-party/methods/totp.ts';

export interface ClaimOptions {
  clock: Clock;
  /** Runs `work`, which waits for `ms` milliseconds for the next code. */
  wait?: ((ms: number, work: () => Promise<void>) => Promise<void>) | undefined;
  /** Folder of the used time steps; default: one for all runs of the system user. */
  folder?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** How many sign-ins can wait for codes of one app. More of them mean that workers should not share the user. */
const maxWaiting = 10;

const sharedFolder = (): string => join(tmpdir(), `touchstone-used-codes-${userInfo().uid}`);

/**
 * Returns the first code of the app that no sign-in has used, as soon as the app shows it.
 * @throws {UnavailableError} if too many sign-ins wait already; the reason of `signal` if it aborts first.
 */
export async function claimCode(app: AuthenticatorApp, options: ClaimOptions): Promise<string> {
  const { clock, wait = (_, work) => work(), folder = sharedFolder(), signal } = options;
  const step = claimStep(app, clock.now(), folder);
  const at = step * app.periodMs;
  const ms = at - clock.now();
  if (ms > 0) await wait(ms, () => clock.sleep(ms, signal));
  return app.codeAt(at);
}

/** Returns the first time step from `now` on that is not used, and marks it as used. */
function claimStep({ secret, periodMs }: AuthenticatorApp, now: number, folder: string): number {
  const current = Math.floor(now / periodMs);
  const prefix = `${Buffer.from(sha256(secret)).toString('hex')}-`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  deleteOldSteps(folder, prefix, current);
  for (let step = current; step <= current + maxWaiting; step++)
    if (createFile(join(folder, `${prefix}${step}`))) return step;
  throw new UnavailableError(
    `${maxWaiting} sign-ins already wait for codes of this authenticator app, and each code can be used once: ` +
      'give each case a user of its own with a before hook, or use fewer workers',
  );
}

function deleteOldSteps(folder: string, prefix: string, current: number): void {
  for (const name of readdirSync(folder))
    if (name.startsWith(prefix) && Number(name.slice(prefix.length)) < current)
      rmSync(join(folder, name), { force: true });
}

/** Returns false if the file is there already. */
function createFile(path: string): boolean {
  try {
    writeFileSync(path, '', { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
