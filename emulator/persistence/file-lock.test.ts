/** A state file is used by one process at a time. A second process gets an error with the id of the first; the lock of an ended process does not count. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { UnavailableError, UsageError } from '#base/errors.ts';
import { defined } from '#base/testing/defined.ts';
import { compileTestProgram, type TestProgram } from '#cli/program/testing/compile-test-program.ts';
import { createAuthenticator, FileJournal } from '../index.ts';
import { TestPlatform } from '../testing/test-platform.ts';

const slow = { timeout: 60_000 };
let program: TestProgram;
beforeAll(async () => {
  program = await compileTestProgram(fileURLToPath(new URL('./testing/lock-holder.ts', import.meta.url)));
});
afterAll(() => program?.[Symbol.dispose]());

let directory: string;
let path: string;
let lock: string;
let children: ChildProcessWithoutNullStreams[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'touchstone-lock-'));
  path = join(directory, 'key.state');
  lock = `${path}.lock`;
  children = [];
});
afterEach(async () => {
  await Promise.all(children.map(kill));
  rmSync(directory, { recursive: true });
});

const whenEnded = (child: ChildProcessWithoutNullStreams) =>
  child.exitCode !== null || child.signalCode !== null
    ? undefined
    : new Promise((resolve) => child.once('close', resolve));
async function kill(child: ChildProcessWithoutNullStreams) {
  child.kill('SIGKILL');
  await whenEnded(child);
}

function start(command: string, args: string[]) {
  const child = spawn(command, args);
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, pid: defined(child.pid), nextLine: async () => (await lines.next()).value as string };
}

/** Starts a process that opens the journal on request. */
async function startLockHolder() {
  const started = start(process.execPath, [program.file, path]);
  expect(await started.nextLine()).toBe('ready');
  const open = () => {
    started.child.stdin.write('open\n');
    return started.nextLine();
  };
  const end = async () => {
    started.child.stdin.end();
    await whenEnded(started.child);
  };
  return { ...started, open, end };
}

/** Returns the id of a process that has ended. */
async function endedPid() {
  const { child, pid } = start(process.execPath, ['--version']);
  await whenEnded(child);
  return pid;
}

/** The state of a process as in proc(5): `T` is stopped, `Z` is a zombie. */
const processState = (pid: number | string) => /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1];

/** Returns the id of a process that has ended and still has an entry in /proc: its parent is stopped and cannot reap it. */
async function zombiePid() {
  const parent = start('sh', ['-c', 'sleep 60 & echo $!; wait']);
  const pid = await parent.nextLine();
  parent.child.kill('SIGSTOP');
  await vi.waitFor(() => expect(processState(parent.pid)).toBe('T'), 10_000);
  process.kill(Number(pid), 'SIGKILL');
  await vi.waitFor(() => expect(processState(pid)).toBe('Z'), 10_000);
  return pid;
}

/** Opens and closes the journal; returns the files that are left beside it. */
const openAndListLeftovers = () => {
  new FileJournal(path).close();
  return readdirSync(directory).filter((name) => name !== 'key.state');
};

describe('a second process', () => {
  it('cannot open the journal until the first one closes it', slow, async () => {
    using authenticator = createAuthenticator({ persona: 'touchstone-key', state: path });
    const { open, pid, end } = await startLockHolder();
    expect(await open()).toBe(
      `UnavailableError: Cannot use ${path}: process ${process.pid} is using it; end that process, or use another file`,
    );
    authenticator[Symbol.dispose]();
    expect(existsSync(lock)).toBe(false);
    expect(await open()).toBe('locked');
    const again = () => createAuthenticator({ persona: 'touchstone-key', state: path });
    expect(again).toThrow(UnavailableError);
    expect(again).toThrow(`process ${pid} is using it`);
    await end();
    again()[Symbol.dispose]();
  });

  it('can open the journal after the first one was killed', slow, async () => {
    const { open, child } = await startLockHolder();
    expect(await open()).toBe('locked');
    await kill(child);
    expect(existsSync(lock)).toBe(true);
    expect(openAndListLeftovers()).toEqual([]);
  });

  it('is the only one of several that replaces the lock of an ended process', slow, async () => {
    writeFileSync(lock, `${await endedPid()} 1\n`);
    const all = await Promise.all([startLockHolder(), startLockHolder(), startLockHolder()]);
    const results = await Promise.all(all.map(({ open }) => open()));
    const winner = defined(all[results.indexOf('locked')]);
    const refused = results.filter((line) => line.startsWith('UnavailableError: Cannot use'));
    expect([results.filter((line) => line === 'locked').length, refused.length]).toEqual([1, 2]);
    expect(readFileSync(lock, 'utf8')).toMatch(new RegExp(`^${winner.pid} `));
    await Promise.all(all.map(({ end }) => end()));
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('a lock file', () => {
  it.each(['', 'garbage', '0 1\n', '99999999999 1\n'])('with the content %j does not lock', (content) => {
    writeFileSync(lock, content);
    expect(openAndListLeftovers()).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('of an earlier process with the same id does not lock', () => {
    writeFileSync(lock, `${process.pid} 1\n`);
    expect(openAndListLeftovers()).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('of a zombie process does not lock', async () => {
    writeFileSync(lock, `${await zombiePid()} \n`);
    expect(openAndListLeftovers()).toEqual([]);
  });

  it('is replaced although the process that last replaced it ended during that', async () => {
    for (const each of [lock, `${lock}.next`]) writeFileSync(each, `${await endedPid()} \n`);
    expect(openAndListLeftovers()).toEqual([]);
  });

  it('is not replaced by two processes at the same time', async () => {
    writeFileSync(lock, `${await endedPid()} \n`);
    writeFileSync(`${lock}.next`, `${process.ppid} \n`);
    expect(() => new FileJournal(path)).toThrow(`process ${process.ppid} is using it`);
  });

  it('is deleted when the last journal of the process is closed, or when no journal could be opened', () => {
    const [one, two] = [new FileJournal(path), new FileJournal(path)];
    one.close();
    one.close();
    expect(existsSync(lock)).toBe(true);
    two.close();
    expect(existsSync(lock)).toBe(false);
    writeFileSync(path, 'PNG...');
    expect(() => createAuthenticator({ persona: 'touchstone-key', state: path })).toThrow(UsageError);
    expect(existsSync(lock)).toBe(false);
  });

  it('is deleted when the state is of another persona', () => {
    createAuthenticator({ persona: 'touchstone-key', state: path })[Symbol.dispose]();
    expect(() => createAuthenticator({ persona: 'solo', state: path })).toThrow(UsageError);
    expect(existsSync(lock)).toBe(false);
  });

  it('throws an UnavailableError if it cannot be written', () => {
    expect(() => new FileJournal(join(directory, 'missing', 'key.state'))).toThrow(UnavailableError);
  });
});

it('a disposed authenticator does not change its state file', async () => {
  const authenticator = createAuthenticator({ persona: 'touchstone-key', state: path });
  authenticator[Symbol.dispose]();
  const before = readFileSync(path);
  const platform = new TestPlatform(authenticator);
  expect((await platform.makeCredential({ options: { rk: true } })).status).toBe('CTAP1_ERR_OTHER');
  expect((await platform.send('authenticatorGetInfo')).status).toBe('CTAP1_ERR_OTHER');
  expect(readFileSync(path)).toEqual(before);
});
