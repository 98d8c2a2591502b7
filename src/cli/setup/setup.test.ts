import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { interrupted, run } from './child.mjs';
import { ensureInteropTools, interopTools } from './interop.mjs';
import { withLock } from './lock.mjs';
import { nodeVersionProblem } from './node-version.mjs';

describe('Node version', () => {
  test.each(['20.19.0', '20.20.2', '22.0.0', '100.1.0'])('%s is new enough', (version) => {
    expect(nodeVersionProblem(version)).toBeUndefined();
  });
  test.each(['14.21.3', '18.20.8', '20.18.9'])('%s is too old, and the sentence says so', (version) => {
    expect(nodeVersionProblem(version)).toContain(`needs Node 20.19 or newer, found ${version}`);
  });
});

describe('child programs', () => {
  const node = (script: string) => run(process.execPath, ['-e', script], { quiet: true });

  test('the exit code is passed on', async () => {
    expect(await node('process.exit(0)')).toBe(0);
    expect(await run('touchstone-no-such-program', [])).toBe(127);
  });

  test('a child ended by a signal reports 128 + its number', async () => {
    expect(await node("process.kill(process.pid, 'SIGTERM')")).toBe(143);
  });

  test('a signal to us reaches the child, and the run counts as interrupted', async () => {
    const running = node("process.on('SIGTERM', () => process.exit(5)); setInterval(() => {}, 1000)");
    process.emit('SIGTERM', 'SIGTERM');
    expect(await running).toBe(interrupted);
  });
});

describe('lock', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'touchstone-lock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('the second waits until the first is done, also when the first fails', async () => {
    const order: string[] = [];
    let finishFirst = (_: Error) => {};
    const first = withLock('setup', () => new Promise<void>((_, reject) => (finishFirst = reject)), folder);
    const second = withLock('setup', async () => void order.push('second'), folder);
    order.push('first');
    finishFirst(new Error('failed'));
    await expect(first).rejects.toThrow('failed');
    await second;
    expect(order).toEqual(['first', 'second']);
  });

  test('the lock of a process that is gone is taken over', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(path.join(folder, 'setup.lock'), String(pid));
    const work = vi.fn(async () => {});
    await withLock('setup', work, folder);
    expect(work).toHaveBeenCalledOnce();
  });
});

describe('interop tools', () => {
  const proofOf = (name: string) => interopTools.find((tool) => tool.name === name)!.proof;

  /** A machine without these packages; installing brings them unless it fails. */
  async function ensured({ without = [] as string[], canInstall = true, isCi = false, fails = false }) {
    const lacking = new Set(without.map(proofOf));
    const said: string[] = [];
    const installed: string[][] = [];
    await ensureInteropTools({
      has: (file) => !lacking.has(file),
      canInstall,
      isCi,
      say: (line) => said.push(line),
      install: async (names) => {
        installed.push(names);
        if (!fails) lacking.clear();
        return !fails;
      },
    });
    return { said, installed };
  }

  test('nothing missing, nothing done', async () => {
    expect(await ensured({})).toEqual({ said: [], installed: [] });
  });

  test('only what is missing is installed', async () => {
    expect(await ensured({ without: ['vsmartcard-vpcd', 'pcscd'] })).toEqual({
      said: [],
      installed: [['pcscd', 'vsmartcard-vpcd']],
    });
  });

  test('where nothing can be installed, it says which tests are skipped and why', async () => {
    const { said, installed } = await ensured({ without: ['pcscd', 'vsmartcard-vpcd'], canInstall: false, isCi: true });
    expect(installed).toEqual([]);
    expect(said).toEqual([expect.stringMatching(/will be skipped: PC\/SC; pcscd vsmartcard-vpcd are not installed/)]);
  });

  test.each([true, false])(
    'an installation that fails does not end the set-up; in CI (%s) it is said loudly',
    async (isCi) => {
      const { said } = await ensured({ without: ['python3-fido2'], fails: true, isCi });
      expect(said[0]).toMatch(/will be skipped: python-fido2; python3-fido2 could not be installed/);
      expect(said.filter((line) => line.includes('DOES NOT PROVE'))).toHaveLength(isCi ? 1 : 0);
    },
  );
});
