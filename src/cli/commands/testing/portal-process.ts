/** `touchstone portal` as a process, and visitors who talk to it over HTTP. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { TestVisitor } from '#relying-party/portal/testing/test-visitor.ts';

const launcher = resolve(import.meta.dirname, '../../touchstone.mjs');

export interface PortalProcess extends AsyncDisposable {
  pid: number | undefined;
  origin: string;
  /** Passwords by user name; only those of users that the process created. */
  passwords: ReadonlyMap<string, string>;
  /** Sends a request without following redirects. */
  request(path: string, init?: RequestInit): Promise<Response>;
  newVisitor(): TestVisitor;
}

/** How a process ended that could not serve. */
export interface FailedProcess {
  exitCode: number | null;
  /** Lines of stderr. */
  errors: string[];
}

export interface PortalProcessOptions {
  store?: string;
  /** How many users the process creates; 0 for a store that has them. */
  users?: number;
  /** Runs before the command in the same shell, for example to limit what the process may write. */
  shell?: string;
}

/** Starts `touchstone portal`. Returns how it ended if it ends before it serves. */
export async function startPortalProcess(options: PortalProcessOptions): Promise<PortalProcess | FailedProcess> {
  const { store, users = 2, shell = ':' } = options;
  const command = [process.execPath, launcher, 'portal', '--port', '0', ...(store ? ['--store', store] : [])];
  const child = spawn('sh', ['-c', `${shell} && exec "$@"`, 'sh', ...command], {
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = new Promise<number | null>((done) => child.once('close', done));
  const errors = text(child.stderr);
  const passwords = new Map<string, string>();
  let origin: string | undefined;
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    origin ??= /^http:\S+/.exec(line)?.[0];
    const [, name, password] = /user name (\S+) +password (\S+)/.exec(line) ?? [];
    if (name !== undefined && password !== undefined) passwords.set(name, password);
    if (origin === undefined || passwords.size < users) continue;
    const request = createRequest(origin);
    const own = origin;
    return {
      pid: child.pid,
      origin,
      passwords,
      request,
      newVisitor: () => new TestVisitor({ request }, own),
      async [Symbol.asyncDispose]() {
        child.kill('SIGINT');
        await closed;
      },
    };
  }
  return { exitCode: await closed, errors: (await errors).split('\n').filter((line) => line !== '') };
}

const createRequest = (origin: string) => (path: string, init?: RequestInit) =>
  fetch(`${origin.replace('localhost', '127.0.0.1')}${path}`, { ...init, redirect: 'manual' });

/** Returns a process that serves. @throws {Error} with what it printed if it does not. */
export function expectServing(started: PortalProcess | FailedProcess): PortalProcess {
  if ('origin' in started) return started;
  throw new Error(`The portal ended with ${started.exitCode}: ${started.errors.join('\n')}`);
}
