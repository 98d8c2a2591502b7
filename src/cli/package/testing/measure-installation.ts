/**
 * `npm run measure-package [-- 20 22 24]`: for each major version of Node.js, installs the packed package in an empty folder, runs the
 * example project of Playwright Test and a scenario on an example site there, and prints size, number of packages (both without those of
 * Playwright) and times as a Markdown table. It fails if a step fails, or if there are more packages than expected. A version of Node.js
 * that is not the running one comes from the package `node` of the registry; one that cannot be installed is skipped.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { findBrowser } from '#browser/installed-browsers.mjs';
import { markdownTable } from '../../table.ts';
import { startExampleSite } from '../../testing/example-site.ts';

const root = resolve(import.meta.dirname, '../../../..');
const playwrightPackages = ['playwright', 'playwright-core', '@playwright/test', 'fsevents'];
const maxPackages = 60;
const minutes = 60_000;

interface Installation {
  folder: string;
  /** With the version of Node.js first in PATH. */
  env: NodeJS.ProcessEnv;
}

const majors = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ['20', '22', '24'];
const work = mkdtempSync(join(tmpdir(), 'touchstone-measure-'));
try {
  const archive = pack();
  const rows: string[][] = [];
  for (const major of majors) rows.push(await measure(major, archive));
  console.log(
    markdownTable(['Node.js', 'Size', 'Packages', 'Install', 'Playwright test', 'First verdict', 'Run'], rows),
  );
  const tooMany = rows.filter(([, , packages]) => Number(packages) > maxPackages);
  if (tooMany.length > 0) console.log(`Expected at most ${maxPackages} packages beside those of Playwright`);
  if (tooMany.length > 0 || rows.some((row) => row.includes('failed'))) process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}

function pack(): string {
  const { stdout, status } = spawnSync('npm', ['pack', '--silent', '--pack-destination', work], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error('Cannot pack the package: npm pack failed');
  return join(work, stdout.trim().split('\n').at(-1) ?? '');
}

async function measure(major: string, archive: string): Promise<string[]> {
  const node = nodeOf(major);
  if (node === undefined) {
    console.log(`Skipped Node.js ${major}: the package node@${major} cannot be installed from the registry`);
    return [major, ...Array(6).fill('skipped')];
  }
  const folder = join(work, `node-${major}`);
  mkdirSync(folder);
  const path = [dirname(node), process.env.PATH].join(delimiter);
  const env = {
    ...process.env,
    PATH: path,
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1',
    CHROMIUM: findBrowser('chromium')?.path,
  };
  const installation = { folder, env };
  const installed = timed(() => install(installation, archive));
  const tested = timed(() => runExampleProject(installation));
  const { firstVerdict, run } = await runOnExampleSite(installation);
  return [
    outputOf(installation, 'node', ['--version']),
    `${(sizeOf(join(folder, 'node_modules')) / 1e6).toFixed(0)} MB`,
    String(packagesIn(join(folder, 'node_modules')).length),
    installed,
    tested,
    firstVerdict,
    run,
  ];
}

/** Returns the executable of a major version of Node.js; undefined if it cannot be installed. */
function nodeOf(major: string): string | undefined {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const folder = join(root, 'node_modules/.cache/touchstone/node', major);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const limits = { cwd: folder, stdio: 'ignore', timeout: 5 * minutes } as const;
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', `node@${major}`], limits);
  return status === 0 ? join(folder, 'node_modules/node/bin/node') : undefined;
}

function install(installation: Installation, archive: string): boolean {
  writeFileSync(join(installation.folder, 'package.json'), '{ "private": true, "type": "module" }');
  return succeeds(installation, 'npm', ['install', '--no-audit', '--no-fund', archive, '@playwright/test@1.64.1']);
}

/** The project has its five-line test, another test, and a site of its own. */
function runExampleProject(installation: Installation): boolean {
  cpSync(join(root, 'examples/playwright'), installation.folder, {
    recursive: true,
    filter: (source) => !source.endsWith('package.json'),
  });
  return succeeds(installation, 'npx', ['playwright', 'test', '--workers', '1']);
}

/** Runs a scenario on the site of `examples/sites/simplewebauthn`, which runs in the clone. */
async function runOnExampleSite({ folder, env }: Installation): Promise<{ firstVerdict: string; run: string }> {
  cpSync(join(root, 'examples/sites/simplewebauthn/simplewebauthn.yaml'), join(folder, 'site.yaml'));
  cpSync(join(root, 'scenarios/any-site'), join(folder, 'scenarios'), { recursive: true });
  const site = await startExampleSite('simplewebauthn');
  const startedAt = performance.now();
  let firstVerdictMs: number | undefined;
  const args = ['touchstone', 'run', 'scenarios/happy-path.yaml', '--site', 'site.yaml', '--url', site.url];
  const child = spawn('npx', args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (text: Buffer) => {
    output += text.toString();
    if (/\bpassed\b|✓|\bfailed\b|✗/.test(output)) firstVerdictMs ??= performance.now() - startedAt;
  });
  const code = await new Promise((ended) => child.once('close', ended));
  await site.stop();
  if (code !== 0) console.log(output);
  const secondsOf = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  if (code !== 0 || firstVerdictMs === undefined) return { firstVerdict: 'failed', run: 'failed' };
  return { firstVerdict: secondsOf(firstVerdictMs), run: secondsOf(performance.now() - startedAt) };
}

/** Returns how long `work` took; `failed` if it returned false. */
function timed(work: () => boolean): string {
  const startedAt = performance.now();
  return work() ? `${((performance.now() - startedAt) / 1000).toFixed(1)} s` : 'failed';
}

function succeeds({ folder, env }: Installation, command: string, args: string[]): boolean {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    env,
    encoding: 'utf8',
    timeout: 5 * minutes,
  });
  if (status !== 0) console.log(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
  return status === 0;
}

function outputOf({ folder, env }: Installation, command: string, args: string[]): string {
  return spawnSync(command, args, { cwd: folder, env, encoding: 'utf8' }).stdout.trim();
}

/** Returns the names of the installed packages without those of Playwright, the package itself included. */
function packagesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .flatMap((path) => /(?:^|\/node_modules\/)((?:@[^/]+\/)?[^/@.][^/]*)\/package\.json$/.exec(path)?.[1] ?? [])
    .filter((name) => !playwrightPackages.includes(name));
}

/** Returns the size of the packages without those of Playwright, in bytes. */
function sizeOf(folder: string): number {
  const isOfPlaywright = (path: string) =>
    playwrightPackages.some((name) => path === name || path.startsWith(`${name}/`));
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => !isOfPlaywright(path))
    .map((path) => statSync(join(folder, path), { throwIfNoEntry: false }))
    .reduce((total, file) => total + (file?.isFile() ? file.size : 0), 0);
}
