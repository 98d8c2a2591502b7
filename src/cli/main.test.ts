/** The command line: output, exit codes and files; as a process where a command starts processes, or where its process is the subject. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { RunResult } from '#result/run-result.ts';
import { runCommand } from './testing/run-command.ts';

const launcher = resolve(import.meta.dirname, 'touchstone.mjs');
const fixtures = 'src/cli/testing';
const reports = mkdtempSync(join(tmpdir(), 'touchstone-cli-'));
afterAll(() => rmSync(reports, { recursive: true }));
afterEach(() => {
  vi.restoreAllMocks();
});

const plainEnvironment = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' };

const project = resolve(import.meta.dirname, '../..');
const touchstone = (...args: string[]) => touchstoneIn(project, ...args);

function touchstoneIn(cwd: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [launcher, ...args],
      { cwd, env: plainEnvironment, maxBuffer: 2 ** 26 },
      (error, out, err) => {
        done({ code: error ? Number(error.code) : 0, out, err });
      },
    );
  });
}

const latest = (): RunResult => JSON.parse(readFileSync(join(reports, 'latest/result.json'), 'utf8')) as RunResult;

describe('touchstone list', () => {
  it('prints one JSON object for each case', async () => {
    const { code, out } = await runCommand('list', '--json');
    const cases = JSON.parse(out) as Record<string, unknown>[];
    expect(code).toBe(0);
    expect(cases.length).toBeGreaterThanOrEqual(40);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
    expect(cases[0]).toEqual({
      id: expect.any(String),
      title: expect.any(String),
      file: expect.stringMatching(/^scenarios\/.*\.yaml$/),
      line: expect.any(Number),
      tags: expect.any(Array),
    });
  });
});

describe('touchstone validate', () => {
  it('prints every error of a file and exits 2', async () => {
    const { code, err } = await runCommand('validate', `${fixtures}/broken.yaml`);
    expect(code).toBe(2);
    for (const position of ['1:5', '3:1', '4:27', '4:48', '6:5', '7:21', '8:29'])
      expect(err).toContain(`broken.yaml:${position}`);
    expect(err).toContain('Did you mean "steps"?');
    expect(err).toContain('Did you mean "open-security-info"?');
  });
});

describe('touchstone validate on site files', () => {
  it('reads them as site files, alone and beside scenarios', async () => {
    const { code, out, err } = await runCommand('validate', 'sites', 'examples/sites', 'scenarios/any-site');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.trim()).toBe('✓ 6 valid cases in 6 files, 4 valid site files');
  });
});

describe('touchstone run on a site that is not on this machine', () => {
  const site = ['--site', 'examples/sites/simplewebauthn/simplewebauthn.yaml', '--url', 'https://shop.example'];

  it.each([
    [[], 'Refused to run 1 case: they do what a user of the site would not do. The owner of the site can permit this'],
    [['--authorized', 'example'], '--authorized example names no host of this run. Hosts of this run: shop.example'],
  ])('exits 2 before the first case, with a case with defects and %j', async (authorized, message) => {
    const output = join(reports, 'not-authorized');
    const { code, out, err } = await runCommand('run', 'scenarios/any-site', ...site, ...authorized, '-o', output);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(out).not.toContain('Touchstone');
    expect(existsSync(join(output, 'latest'))).toBe(false);
  });
});

describe('touchstone with invalid arguments', () => {
  it.each([
    [['frobnicate']],
    [['run', '--repeat', 'often']],
    [['run', '--grep', 'matches no case']],
    [['run', '--grep', '(']],
    [['run', 'no/such/folder']],
    [['report', 'no/such/result.json']],
  ])('exits 2 with a message and no stack for %j', async (args) => {
    const { code, err } = await runCommand(...args);
    expect(code).toBe(2);
    expect(err).not.toBe('');
    expect(err).not.toMatch(/^\s+at .*\.ts:\d+/m);
  });
});

describe('touchstone with a closed output pipe', () => {
  it.each([[['schema']], [['list', '--json']], [['personas']], [['--help']]])(
    'ends without a stack and exits 0 for %j',
    async (args) => {
      const child = spawn(process.execPath, [launcher, ...args], { env: plainEnvironment });
      child.stdout.destroy();
      let err = '';
      child.stderr.on('data', (text: Buffer) => {
        err += text.toString();
      });
      const code = await new Promise((done) => child.once('close', done));
      expect({ code, err }).toEqual({ code: 0, err: '' });
    },
  );

  it('exits 3 for a run, which has no verdict then', async () => {
    const child = spawn(process.execPath, [launcher, 'run', '--help'], { env: plainEnvironment });
    child.stdout.destroy();
    expect(await new Promise((done) => child.once('close', done))).toBe(3);
  });
});

describe('touchstone portal', () => {
  it('serves until it is interrupted and exits 0', async () => {
    const portal = spawn(process.execPath, [launcher, 'portal', '--port', '0'], { env: plainEnvironment });
    const origin = await new Promise<string>((found) =>
      portal.stdout.on('data', (text: Buffer) => {
        const [url] = /http:\/\/localhost:\d+/.exec(text.toString()) ?? [];
        if (url) found(url);
      }),
    );
    const answer = await fetch(origin);
    expect(await answer.text()).toContain('<h1>Sign in</h1>');
    const ended = new Promise((code) => portal.once('exit', code));
    portal.kill('SIGINT');
    expect(await ended).toBe(0);
  }, 30_000);
});

describe('touchstone run', () => {
  it('finds scenarios in the working directory, and what they include', async () => {
    const folder = join(reports, 'elsewhere');
    mkdirSync(join(folder, 'shared'), { recursive: true });
    writeFileSync(join(folder, 'a.yaml'), 'id: a\ninclude: [shared/b.yaml]\nsteps: [open-security-info]\n');
    writeFileSync(join(folder, 'shared/b.yaml'), 'expect: { relying-party: { events: [signin.ok] } }\n');
    const { code, err } = await touchstoneIn(folder, 'run', 'a.yaml', '-o', reports);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const [only] = latest().cases;
    expect([only?.id, only?.expectations.map(({ ok }) => ok)]).toEqual(['a', [true]]);
  }, 90_000);
});

describe('touchstone run with a case that fails', () => {
  it('prints the line of an expectation that is not met and checks all others', async () => {
    const { code, out } = await touchstone('run', `${fixtures}/wrong-expectation.yaml`, '-o', reports);
    expect(code).toBe(1);
    expect(out).toContain('wrong-expectation.yaml:8:5');
    expect(out).toMatch(/> 8 \| +passkeys: 3/);
    const failed = latest().cases.find(({ id }) => id === 'wrong-expectation');
    expect(failed?.expectations.map(({ ok }) => ok)).toEqual([true, false]);
    for (const file of ['index.html', 'junit.xml', 'summary.md'])
      expect(existsSync(join(reports, 'latest', file))).toBe(true);
  }, 90_000);
});
