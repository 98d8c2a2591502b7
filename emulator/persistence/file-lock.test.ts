/** Two processes do not use one state: who comes second is told who has it, and the dead have nothing. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UnavailableError, UsageError } from '#base/errors.ts';
import { createAuthenticator, FileJournal } from '../index.ts';
import { TestPlatform } from '../testing/test-platform.ts';

const fixture = fileURLToPath(new URL('./testing/lock-holder.ts', import.meta.url));
const patient = { timeout: 60_000 };
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

const ended = (child: ChildProcessWithoutNullStreams) =>
  child.exitCode !== null || child.signalCode !== null
    ? undefined
    : new Promise((resolve) => child.once('close', resolve));
async function kill(child: ChildProcessWithoutNullStreams) {
  child.kill('SIGKILL');
  await ended(child);
}

function start(command: string, args: string[]) {
  const child = spawn(command, args);
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, pid: child.pid!, line: async () => (await lines.next()).value as string };
}

/** A process that is ready to open the journal. */
async function another() {
  const process_ = start(process.execPath, ['--import', 'tsx', fixture, path]);
  expect(await process_.line()).toBe('ready');
  const open = () => {
    process_.child.stdin.write('open\n');
    return process_.line();
  };
  const end = async () => {
    process_.child.stdin.end();
    await ended(process_.child);
  };
  return { ...process_, open, end };
}

/** The number of a process that has ended. */
async function deadPid() {
  const { child, pid } = start(process.execPath, ['--version']);
  await ended(child);
  return pid;
}

const opensFor = () => {
  new FileJournal(path).close();
  return readdirSync(directory).filter((name) => name !== 'key.state');
};

describe('a second process', () => {
  it('is refused, until the first one lets go', patient, async () => {
    using authenticator = createAuthenticator({ persona: 'touchstone-key', state: path });
    const { open, pid, end } = await another();
    expect(await open()).toBe(
      `UnavailableError: cannot use ${path}: process ${process.pid} is using it; end that process, or name another file`,
    );
    authenticator[Symbol.dispose]();
    expect(existsSync(lock)).toBe(false);
    expect(await open()).toBe('has it');
    const again = () => createAuthenticator({ persona: 'touchstone-key', state: path });
    expect(again).toThrow(UnavailableError);
    expect(again).toThrow(`process ${pid} is using it`);
    await end();
    again()[Symbol.dispose]();
  });

  it('may have it when the first one was killed', patient, async () => {
    const { open, child } = await another();
    expect(await open()).toBe('has it');
    await kill(child);
    expect(existsSync(lock)).toBe(true);
    expect(opensFor()).toEqual([]);
  });

  it('has it alone, of several that find a dead holder', patient, async () => {
    writeFileSync(lock, `${await deadPid()} 1\n`);
    const all = await Promise.all([another(), another(), another()]);
    const said = await Promise.all(all.map(({ open }) => open()));
    const winner = all[said.indexOf('has it')]!;
    const refused = said.filter((line) => line.startsWith('UnavailableError: cannot use'));
    expect([said.filter((line) => line === 'has it').length, refused.length]).toEqual([1, 2]);
    expect(readFileSync(lock, 'utf8')).toMatch(new RegExp(`^${winner.pid} `));
    await Promise.all(all.map(({ end }) => end()));
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('a lock', () => {
  it.each(['', 'garbage', '0 1\n', '99999999999 1\n'])('of %j holds nothing', (content) => {
    writeFileSync(lock, content);
    expect(opensFor()).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('of an earlier process with our number holds nothing', () => {
    writeFileSync(lock, `${process.pid} 1\n`);
    expect(opensFor()).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('of a dead process that nobody has buried holds nothing', async () => {
    const { line } = start('sh', ['-c', 'true & echo $!; exec sleep 60']);
    const pid = await line();
    await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, 'latin1')).toMatch(/\) Z /), 10_000);
    writeFileSync(lock, `${pid} \n`);
    expect(opensFor()).toEqual([]);
  });

  it('is replaced although the last one to replace it died at that', async () => {
    for (const each of [lock, `${lock}.next`]) writeFileSync(each, `${await deadPid()} \n`);
    expect(opensFor()).toEqual([]);
  });

  it('is not replaced by two at a time', async () => {
    writeFileSync(lock, `${await deadPid()} \n`);
    writeFileSync(`${lock}.next`, `${process.ppid} \n`);
    expect(() => new FileJournal(path)).toThrow(`process ${process.ppid} is using it`);
  });

  it('goes when the last journal of the process is closed, or none could be opened', () => {
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

  it('goes with a state of another persona', () => {
    createAuthenticator({ persona: 'touchstone-key', state: path })[Symbol.dispose]();
    expect(() => createAuthenticator({ persona: 'solo', state: path })).toThrow(UsageError);
    expect(existsSync(lock)).toBe(false);
  });

  it('that cannot be made is said so', () => {
    expect(() => new FileJournal(join(directory, 'missing', 'key.state'))).toThrow(UnavailableError);
  });
});

it('an authenticator that let go of its state changes it no more', async () => {
  const authenticator = createAuthenticator({ persona: 'touchstone-key', state: path });
  authenticator[Symbol.dispose]();
  const before = readFileSync(path);
  const platform = new TestPlatform(authenticator);
  expect((await platform.makeCredential({ options: { rk: true } })).status).toBe('CTAP1_ERR_OTHER');
  expect((await platform.send('authenticatorGetInfo')).status).toBe('CTAP1_ERR_OTHER');
  expect(readFileSync(path)).toEqual(before);
});
