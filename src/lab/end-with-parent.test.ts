import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';

const owner = new URL('testing/guest-owner.ts', import.meta.url).pathname;
const folder = () => mkdtempSync(join(tmpdir(), 'touchstone-lab-test-'));
const started: number[] = [];
afterEach(() => {
  for (const pid of started.splice(0)) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
});

/** A process that has ended and was not yet read by its parent does not run. */
function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
}

/** Starts the owner of a guest. Resolves with its process, the ids of the guest and of the guest's child, and of the waiting shell. */
async function startOwner(path: string, mode: 'wait' | 'end') {
  const process = spawn('node', ['--import', 'tsx', owner, path, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(process.stdout.setEncoding('utf8'), 'data')) as [string];
  const [guest = 0, child = 0, shell = 0] = line.trim().split(' ').map(Number);
  started.push(guest, child, shell);
  return { process, pids: [guest, child], shell };
}

it.runIf(process.platform === 'linux')(
  'a killed process leaves no guest, no process of the guest and no folder',
  { timeout: 60_000 },
  async () => {
    const path = folder();
    writeFileSync(join(path, 'job'), 'echo');
    const { process: killed, pids } = await startOwner(path, 'wait');
    expect(pids.map(isRunning)).toEqual([true, true]);
    killed.kill('SIGKILL');
    await expect
      .poll(() => [...pids.map(isRunning), existsSync(path)], { timeout: 30_000 })
      .toEqual([false, false, false]);
  },
);

it.runIf(process.platform === 'linux')(
  'a process that has ended its guest itself ends nothing else',
  { timeout: 60_000 },
  async () => {
    const path = folder();
    const { pids, shell } = await startOwner(path, 'end');
    await expect.poll(() => isRunning(shell), { timeout: 30_000 }).toBe(false);
    expect([...pids.map(isRunning), existsSync(path)]).toEqual([true, true, true]);
    rmSync(path, { recursive: true });
  },
);
