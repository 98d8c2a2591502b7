/** `kill -9` of `touchstone run` at seeded moments: after 5 seconds no process and no browser profile is left. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '#base/seeded-random.ts';

const launcher = resolve(import.meta.dirname, '../touchstone.mjs');
const root = resolve(import.meta.dirname, '../../..');
/** All ten take about a minute: `TOUCHSTONE_KILL_MOMENTS=10`. */
const count = Number(process.env.TOUCHSTONE_KILL_MOMENTS ?? 2);
/** From the start of the process to the middle of the cases. */
const longestMs = 7_000;
const limitMs = 5_000;

const random = seededRandom('kill touchstone run');
const moments = Array.from({ length: count }, () => Math.round((random.bytes(1)[0] ?? 0) * (longestMs / 255)));

let temporary: string;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'touchstone-kill-'));
});
afterEach(() => rmSync(temporary, { recursive: true, force: true }));

/** Returns the command lines of all processes that were started with `temporary` as their TMPDIR. */
function remainingProcesses(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`TMPDIR=${temporary}`)) return [];
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return []; // has ended
      }
    });
}

const remainingProfiles = () => readdirSync(temporary).filter((name) => name.includes('profile'));

describe.runIf(process.platform === 'linux')('touchstone run, killed with SIGKILL', () => {
  it.each(moments)(
    'leaves no process and no browser profile when it is killed after %i ms',
    async (ms) => {
      const args = [launcher, 'run', 'scenarios/s6.security-key.yaml', '--output', join(temporary, 'reports')];
      const run = spawn(process.execPath, args, {
        cwd: root,
        stdio: 'ignore',
        env: { ...process.env, TMPDIR: temporary },
      });
      await delay(ms);
      run.kill('SIGKILL');
      const killedAt = performance.now();
      while (remainingProcesses().length > 0 && performance.now() - killedAt < limitMs) await delay(100);
      expect(remainingProcesses()).toEqual([]);
      expect(remainingProfiles()).toEqual([]);
    },
    60_000,
  );
});
