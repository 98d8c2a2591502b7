/** `touchstone run --connect` with the browsers of a local Playwright server, as with those of a container or a grid. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findBrowser } from '#browser/installed-browsers.mjs';
import { startPlaywrightServer } from '#browser/testing/playwright-server.ts';
import type { RunResult } from '#result/run-result.ts';

const root = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'touchstone-remote-'));
afterAll(() => rmSync(folder, { recursive: true }));

const touchstone = (args: string[], env: Record<string, string> = {}) =>
  new Promise<{ code: number; stderr: string }>((ended) => {
    const all = ['src/cli/touchstone.mjs', 'run', 'scenarios/any-site/cancel.yaml', '-o', folder, ...args];
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
    const { code } = await touchstone(['--connect', `${server.endpoint}?token=s3cret`, ...headers], {
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
    expect(code).toBe(0);
  }, 180_000);

  it('says in one sentence that the server cannot be reached', async () => {
    const closedPort = 1;
    const { code, stderr } = await touchstone(['--connect', `ws://127.0.0.1:${closedPort}/play?token=s3cret`]);
    expect(stderr).toMatch(
      /^error Cannot connect to a browser at ws:\/\/127\.0\.0\.1:1\/play: [^\n]*ECONNREFUSED[^\n]*\n$/,
    );
    expect(stderr).not.toContain('s3cret');
    expect(code).toBe(3);
  }, 60_000);
});
