import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ensureBrowser } from './browser.mjs';
import { interrupted, type Outcome, run } from './child.mjs';
import { ensureInteropTools, interopTools } from './interop.mjs';
import { withLock } from './lock.mjs';
import { nodeVersionProblem } from './node-version.mjs';

describe('nodeVersionProblem', () => {
  test.each(['20.19.0', '20.20.2', '22.0.0', '100.1.0'])('accepts %s', (version) => {
    expect(nodeVersionProblem(version)).toBeUndefined();
  });
  test.each(['14.21.3', '18.20.8', '20.18.9'])('rejects %s with a message', (version) => {
    expect(nodeVersionProblem(version)).toContain(`needs Node.js 20.19 or newer, found ${version}`);
  });
});

describe('run', () => {
  const node = (script: string) => run(process.execPath, ['-e', script], { quiet: true });

  test('returns the exit code', async () => {
    expect(await node('process.exit(0)')).toBe(0);
    expect(await run('touchstone-no-such-program', [])).toBe(127);
  });

  test('returns 128 + the number of the signal that ended the program', async () => {
    expect(await node("process.kill(process.pid, 'SIGTERM')")).toBe(143);
  });

  test('passes a signal on to the program and returns the code for interrupted', async () => {
    const running = node("process.on('SIGTERM', () => process.exit(5)); setInterval(() => {}, 1000)");
    process.emit('SIGTERM', 'SIGTERM');
    expect(await running).toBe(interrupted);
  });
});

describe('withLock', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'touchstone-lock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('waits until the first holder is done, also if it fails', async () => {
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

  test('takes over the lock of a process that no longer runs', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(path.join(folder, 'setup.lock'), String(pid));
    const work = vi.fn(async () => {});
    await withLock('setup', work, folder);
    expect(work).toHaveBeenCalledOnce();
  });
});

describe('ensureBrowser', () => {
  const downloadError = [
    'Downloading Chrome for Testing 156.0 (playwright chromium v1248) from https://cdn.playwright.dev/chrome.zip',
    'Error: getaddrinfo ENOTFOUND cdn.playwright.dev',
    '    at GetAddrInfoReqWrap.onlookupall [as oncomplete] (node:internal/dns/promises:99:17) {',
    'Failed to install browsers',
    '',
  ].join('\n');
  const failed: Outcome = { exitCode: 1, output: downloadError };
  const passed: Outcome = { exitCode: 0, output: 'done' };

  interface Situation {
    /** The browser that is installed already. */
    installed?: string;
    download?: Outcome;
    start?: Outcome;
    canInstall?: boolean;
    install?: Outcome;
  }

  /** Runs it on a machine in that situation. Returns the browser or the error, and what was printed. */
  async function ensureOn({
    installed,
    download = failed,
    start = passed,
    canInstall = true,
    install = passed,
  }: Situation) {
    const printed: string[] = [];
    const shown: string[] = [];
    const installs = vi.fn(async () => install);
    let downloaded: string | undefined;
    const result = await ensureBrowser({
      find: () => installed ?? downloaded,
      findSystemBrowser: () => (installs.mock.calls.length > 0 ? '/usr/bin/chromium' : undefined),
      download: async () => {
        if (download.exitCode === 0) downloaded = '/cache/chrome';
        return download;
      },
      tryStart: async () => start,
      canInstall,
      install: installs,
      say: (line) => printed.push(line),
      showOutput: (output) => shown.push(output),
    }).catch((error: Error) => error);
    return { result, printed, shown, installs: installs.mock.calls.length };
  }

  test('uses an installed browser', async () => {
    const { result, printed } = await ensureOn({ installed: '/opt/chrome' });
    expect([result, printed]).toEqual(['/opt/chrome', ['Browser: /opt/chrome']]);
  });

  test('uses the download of Playwright', async () => {
    expect(await ensureOn({ download: passed })).toMatchObject({ result: '/cache/chrome', installs: 0 });
  });

  test('prints one line and no stack if the download fails, and installs the system package', async () => {
    const { result, printed, shown } = await ensureOn({});
    expect(result).toBe('/usr/bin/chromium');
    expect(printed).toEqual([
      'Downloading Chromium (playwright install chromium) ...',
      "Playwright's download of Chromium failed (getaddrinfo ENOTFOUND cdn.playwright.dev); installing the system package chromium instead",
      'Browser: /usr/bin/chromium',
    ]);
    expect(shown).toEqual([]);
  });

  test('installs the system package if the downloaded browser does not start', async () => {
    const start = { exitCode: 127, output: 'chrome: error while loading shared libraries: libnss3.so\n' };
    const { result, printed } = await ensureOn({ download: passed, start });
    expect(result).toBe('/usr/bin/chromium');
    expect(printed[1]).toContain('(chrome: error while loading shared libraries: libnss3.so)');
  });

  test.each<[string, Situation]>([
    ['the system package cannot be installed', { canInstall: false }],
    ['the installation fails', { install: { exitCode: 100, output: 'E: Unable to locate package chromium\n' } }],
  ])('shows all output and throws if %s too', async (_, situation) => {
    const { result, shown } = await ensureOn(situation);
    expect(result).toMatchObject({ name: 'SetupError', message: expect.stringContaining('TOUCHSTONE_CHROMIUM') });
    expect(shown.join('')).toBe(downloadError + (situation.install?.output ?? ''));
  });

  test('installs nothing if the download is interrupted', async () => {
    const { result, installs } = await ensureOn({ download: { exitCode: interrupted, output: '' } });
    expect(result).toMatchObject({ name: 'SetupError' });
    expect(installs).toBe(0);
  });
});

describe('ensureInteropTools', () => {
  const proofOf = (name: string) => interopTools.find((tool) => tool.name === name)?.proof ?? name;

  /** Runs it on a machine that lacks the packages `without`. */
  async function ensureOn({ without = [] as string[], canInstall = true, isCi = false, fails = false }) {
    const missing = new Set(without.map(proofOf));
    const printed: string[] = [];
    const installed: string[][] = [];
    await ensureInteropTools({
      has: (file) => !missing.has(file),
      canInstall,
      isCi,
      say: (line) => printed.push(line),
      install: async (names) => {
        installed.push(names);
        if (!fails) missing.clear();
        return !fails;
      },
    });
    return { printed, installed };
  }

  test('does nothing if nothing is missing', async () => {
    expect(await ensureOn({})).toEqual({ printed: [], installed: [] });
  });

  test('installs only what is missing', async () => {
    expect(await ensureOn({ without: ['vsmartcard-vpcd', 'pcscd'] })).toEqual({
      printed: [],
      installed: [['pcscd', 'vsmartcard-vpcd']],
    });
  });

  test('accepts another package that serves the tests as well', async () => {
    expect(await ensureOn({ without: ['firefox-esr'] })).toEqual({ printed: [], installed: [] });
    expect(await ensureOn({ without: ['firefox-esr', '/usr/bin/firefox'] })).toMatchObject({
      installed: [['firefox-esr']],
    });
  });

  test('skips no test without the headless shell of Chromium, which makes tests faster', async () => {
    expect(await ensureOn({ without: ['chromium-headless-shell'], canInstall: false })).toEqual({
      printed: [],
      installed: [],
    });
    expect(await ensureOn({ without: ['chromium-headless-shell'] })).toMatchObject({
      installed: [['chromium-headless-shell']],
    });
  });

  test('prints which tests are skipped and why if packages cannot be installed', async () => {
    const { printed, installed } = await ensureOn({
      without: ['pcscd', 'vsmartcard-vpcd'],
      canInstall: false,
      isCi: true,
    });
    expect(installed).toEqual([]);
    expect(printed).toEqual([
      expect.stringMatching(/will be skipped: PC\/SC; pcscd vsmartcard-vpcd are not installed/),
    ]);
  });

  test.each([true, false])('does not fail if the installation fails; in CI (%s) it prints a warning', async (isCi) => {
    const { printed } = await ensureOn({ without: ['python3-fido2'], fails: true, isCi });
    expect(printed[0]).toMatch(/will be skipped: python-fido2; python3-fido2 could not be installed/);
    expect(printed.filter((line) => line.includes('DOES NOT PROVE'))).toHaveLength(isCi ? 1 : 0);
  });
});
