/** Installs the packages of another test tool from their registry into the cache, for the tests of the recipes. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const cache = resolve(import.meta.dirname, '../../../../node_modules/.cache/touchstone/recipes');

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
