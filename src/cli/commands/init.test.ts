/** `touchstone init` as a process, in an empty folder, against the reference portal: what it writes is valid, and runs as far as it is complete. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { generateTotpSecret } from '#relying-party/methods/totp.ts';
import { type Portal, startPortal } from '#relying-party/portal/portal.ts';
import { openStore } from '#relying-party/store/libsql-store.ts';
import { headlessShell } from '../testing/headless-shell.ts';
import { runCommand } from '../testing/run-command.ts';

const launcher = resolve(import.meta.dirname, '../touchstone.mjs');
const folders: string[] = [];
const store = openStore();
let portal: Portal;
beforeAll(async () => {
  portal = await startPortal({ store, clock: systemClock, random: systemRandom, trustAnchors: [] });
});
afterAll(async () => {
  await portal?.[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Returns a function that runs the command line in one empty folder. */
function inEmptyFolder(environment: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-init-'));
  folders.push(folder);
  const env = { ...process.env, ...headlessShell, NO_COLOR: '1', FORCE_COLOR: '0', ...environment };
  const touchstone = (...args: string[]) =>
    new Promise<{ code: number; output: string }>((done) => {
      execFile(process.execPath, [launcher, ...args], { cwd: folder, env }, (error, out, err) =>
        done({ code: error ? Number(error.code) : 0, output: out + err }),
      );
    });
  const validate = () => runCommand('validate', join(folder, 'scenarios'), '--root', folder);
  return { touchstone, validate, read: (file: string) => readFileSync(join(folder, file), 'utf8'), folder };
}

async function createUser(): Promise<{ SITE_USER: string; SITE_PASSWORD: string; totp: string }> {
  const name = `user-${folders.length}@contoso.test`;
  const totp = generateTotpSecret(systemRandom);
  await portal.directory.createUser({ name, password: 'correct horse battery', totpSecret: totp });
  return { SITE_USER: name, SITE_PASSWORD: 'correct horse battery', totp };
}

describe('touchstone init --probe on the reference portal', () => {
  it('registers a passkey with the key of the authenticator app, and writes files that pass', async () => {
    const { totp, ...user } = await createUser();
    const { touchstone, validate } = inEmptyFolder({ ...user, SITE_TOTP: totp });
    const written = await touchstone('init', '--url', portal.origin, '--probe');
    expect(written.output).toContain('create() on /security-info/passkey');
    expect(written.output).toContain('result: POST /api/passkeys, status 200');
    expect(await validate()).toMatchObject({ code: 0 });
    const run = await touchstone('run');
    expect(run.output).toContain('1 of 1 case passed');
    expect(run.code).toBe(0);
  }, 300_000);

  it('without that key, writes a placeholder at which the run ends with a clear message', async () => {
    const { totp: _, ...user } = await createUser();
    const { touchstone, validate, read } = inEmptyFolder(user);
    const written = await touchstone('init', '--url', portal.origin, '--probe');
    expect(written.code).toBe(0);
    expect(written.output).toContain('No passkey was registered. The page /verify asks for a code');
    expect(read('sites/localhost.yaml')).toContain('    # TODO Not tried: Verifies the user with a code');
    expect(await validate()).toMatchObject({ code: 0 });
    const run = await touchstone('run');
    expect(run.code).toBe(2);
    expect(run.output).toMatch(/^sites\/localhost\.yaml:\d+:\d+: The environment does not set SITE_TOTP$/m);
  }, 300_000);

  it('refuses a host of other people, and writes nothing', async () => {
    const { touchstone, folder } = inEmptyFolder({});
    const foreign = await touchstone('init', '--url', 'https://passkeys.example', '--probe');
    expect(foreign).toEqual({
      code: 2,
      output: expect.stringContaining('--probe drives a site of other people only with --authorized passkeys.example'),
    });
    expect(existsSync(join(folder, 'sites'))).toBe(false);
  }, 60_000);
});
