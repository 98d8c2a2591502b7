/** Installs the packages of another test tool from their registry into the cache, for the tests of the recipes. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const cache = resolve(import.meta.dirname, '../../../../node_modules/.cache/touchstone/recipes');

/** Where Cypress keeps its program. */
export const cypressCache = join(cache, 'cypress-program');

/** Without a network, the package managers would try again and again. */
const limits = { stdio: 'ignore', timeout: 60_000 } as const;

/** Returns the folder in which the npm package is installed, without its scripts, which would download browsers. Undefined if it cannot be installed. */
export function installNpmPackage(nameAndVersion: string): string | undefined {
  const folder = join(cache, nameAndVersion);
  const name = nameAndVersion.replace(/(?!^)@.*/, '');
  if (existsSync(join(folder, 'node_modules', name, 'package.json'))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', nameAndVersion];
  return spawnSync('npm', args, { cwd: folder, ...limits }).status === 0 ? folder : undefined;
}

/** Returns the folder in which this version of Cypress is installed with its program, which a server of its own distributes. Undefined if it cannot be installed. */
export function installCypress(version: string): string | undefined {
  const folder = installNpmPackage(`cypress@${version}`);
  if (folder === undefined) return undefined;
  const env = { ...process.env, CYPRESS_CACHE_FOLDER: cypressCache };
  const cypress = join(folder, 'node_modules/cypress/bin/cypress');
  return spawnSync(process.execPath, [cypress, 'install'], { env, ...limits }).status === 0 ? folder : undefined;
}

/** Returns the folder of a Python environment in which the packages are installed. Undefined if they cannot be installed. */
export function installPythonPackages(packages: readonly string[]): string | undefined {
  const folder = join(cache, 'python', packages.join('+'));
  const python = join(folder, 'bin/python');
  const isInstalled = () => existsSync(join(folder, 'installed'));
  if (isInstalled()) return folder;
  if (spawnSync('python3', ['-m', 'venv', folder], limits).status !== 0) return undefined;
  const { status } = spawnSync(python, ['-m', 'pip', 'install', '--quiet', ...packages], limits);
  if (status !== 0) return undefined;
  writeFileSync(join(folder, 'installed'), '');
  return folder;
}

/** Returns the path of a chromedriver for the Chromium of Debian, of the same version, unpacked into the cache. Undefined if there is none. */
export function unpackChromedriver(): string | undefined {
  const folder = join(cache, 'chromium-driver');
  const path = join(folder, 'usr/bin/chromedriver');
  const browserVersion = outputOf('/usr/bin/chromium', ['--version']);
  const fits = () => existsSync(path) && versionIn(outputOf(path, ['--version'])) === versionIn(browserVersion);
  if (browserVersion === undefined || fits()) return browserVersion && path;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (spawnSync('apt-get', ['download', 'chromium-driver'], { cwd: folder, ...limits }).status !== 0) return undefined;
  for (const archive of readdirSync(folder))
    spawnSync('dpkg-deb', ['--extract', archive, '.'], { cwd: folder, ...limits });
  return fits() ? path : undefined;
}

function outputOf(command: string, args: string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: limits.timeout });
  return status === 0 ? stdout : undefined;
}

const versionIn = (output: string | undefined): string | undefined => output?.match(/\d+(\.\d+)+/)?.[0];
