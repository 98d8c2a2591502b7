/** `touchstone run --connect` with the browsers of a local Playwright server, as with those of a container or a grid. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { findBrowser } from '#browser/installed-browsers.mjs';
import { startPlaywrightServer } from '#browser/testing/playwright-server.ts';
import type { RunResult } from '#result/run-result.ts';
import { runCommand } from '../testing/run-command.ts';

const root = resolve(import.meta.dirname, '../../..');
const scenario = 'scenarios/any-site/cancel.yaml';
const folder = mkdtempSync(join(tmpdir(), 'touchstone-remote-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  vi.restoreAllMocks();
});

const touchstone = (args: string[], env: Record<string, string> = {}) =>
  new Promise<{ code: number; stderr: string }>((ended) => {
    const all = ['src/cli/touchstone.mjs', 'run', scenario, '-o', folder, ...args];
    const child = execFile(
      process.execPath,
      all,
      { cwd: root, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...env } },
      (_, __, stderr) => ended({ code: child.exitCode ?? -1, stderr }),
    );
  });

describe.skipIf(!findBrowser('chromium'))('touchstone run --connect', () => {
  it('runs a case in a browser of the server, over the shim route', async () => {
    await using server = await startPlaywrightServer('chromium');
    const [[name, value] = ['', '']] = Object.entries(server.headers ?? {});
    const headers = ['--connect-header', `${name}: env:LAUNCH_OPTIONS`];
    const { code, stderr } = await touchstone(['--connect', `${server.endpoint}?token=s3cret`, ...headers], {
      LAUNCH_OPTIONS: value,
    });
    const { cases, run } = JSON.parse(readFileSync(join(folder, 'latest/result.json'), 'utf8')) as RunResult;
    expect(cases.map(({ verdict, failures }) => [verdict, failures])).toEqual([['passed', []]]);
    expect(cases[0]?.parties).toMatchObject({
      browser: 'chromium',
      'browser version': expect.any(String),
      route: 'shim',
    });
    expect(run.command).toContain('--connect ws://127.0.0.1:');
    expect(run.command).not.toContain('s3cret');
    expect(code, stderr).toBe(0);
  }, 180_000);

  it('reports in one sentence that the server cannot be reached', async () => {
    const closedPort = 1;
    const endpoint = `ws://127.0.0.1:${closedPort}/play?token=s3cret`;
    const { code, err } = await runCommand('run', scenario, '-o', folder, '--connect', endpoint);
    expect(err).toMatch(
      /^error Cannot connect to a browser at ws:\/\/127\.0\.0\.1:1\/play: [^\n]*ECONNREFUSED[^\n]*\n$/,
    );
    expect(err).not.toContain('s3cret');
    expect(code).toBe(3);
  });
});
