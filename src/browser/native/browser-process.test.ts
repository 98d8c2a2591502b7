import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { BrowserProcess } from './browser-process.ts';

const folder = mkdtempSync(join(tmpdir(), "touchstone-it's a test-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Creates an executable that stands for a browser. */
function createExecutable(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/bash\n${script}\n`);
  chmodSync(path, 0o700);
  return path;
}

/** Runs a browser to its end. Returns what it printed, and how it ended. */
async function runToEnd(script: string, ...args: string[]) {
  using process = new BrowserProcess(createExecutable('browser', script));
  const child = spawn(process.launcher, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => {
    printed.stdout += text;
  });
  child.stderr.on('data', (text) => {
    printed.stderr += text;
  });
  await once(child, 'close');
  return { printed, end: await process.describeEnd() };
}

it.each([
  ['exit 0', 'exit code 0'],
  ['exit 3', 'exit code 3'],
  ['kill -SEGV $$', 'signal SIGSEGV'],
  ['kill -KILL $$', 'signal SIGKILL'],
])('reports the status of a browser that ends with `%s`', async (script, status) => {
  const { end } = await runToEnd(script);
  expect(end.status).toBe(status);
  expect(end.report).toContain(`== Status\n${status}`);
});

it('keeps the last messages and passes arguments and streams on', async () => {
  const { printed, end } = await runToEnd('echo "out $1"; echo "error $2" >&2; exit 1', 'a b', "c'd");
  expect(printed).toEqual({ stdout: 'out a b\n', stderr: "error c'd\n" });
  expect(end.report).toContain("error c'd");
});

it('reports free memory and free shared memory', async () => {
  const { end } = await runToEnd('exit 1');
  expect(end.report).toMatch(/MemAvailable: +\d+ kB/);
  expect(end.report).toMatch(/^\/dev\/shm: \d+ of \d+ MiB free$/m);
});

/** Starts a browser in its own process group, as Playwright does. Resolves when the browser has printed a line. */
async function startInGroup(process: BrowserProcess) {
  const child = spawn(process.launcher, [], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const killGroup = () => globalThis.process.kill(-(child.pid as number), 'SIGKILL');
  return { child, killGroup, pid: Number(line) };
}

it('keeps the status of a browser whose start script is killed at the moment of the crash', {
  timeout: 30_000,
}, async () => {
  using process = new BrowserProcess(createExecutable('crashing', 'echo $$; sleep 0.2; kill -SEGV $$'));
  const { killGroup } = await startInGroup(process);
  killGroup();
  expect((await process.describeEnd()).status).toBe('signal SIGSEGV');
});

it('ends the browser when its start script is killed', { timeout: 30_000 }, async () => {
  using process = new BrowserProcess(createExecutable('waiting', 'echo $$; exec sleep 60'));
  const { killGroup, pid } = await startInGroup(process);
  killGroup();
  expect((await process.describeEnd()).status).toBe('signal SIGKILL');
  expect(() => globalThis.process.kill(pid, 0)).toThrow('ESRCH');
});

it('reports a browser whose status was not written as unknown', async () => {
  const clock = { ...systemClock, sleep: async () => undefined };
  using process = new BrowserProcess('/bin/true', clock);
  expect((await process.describeEnd()).status).toMatch(/^unknown/);
});

it('removes its files', () => {
  const process = new BrowserProcess('/bin/true');
  expect(existsSync(process.launcher)).toBe(true);
  process[Symbol.dispose]();
  expect(existsSync(dirname(process.launcher))).toBe(false);
});
