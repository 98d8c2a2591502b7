/** Installs the npm packages of package-lock.json and links the `touchstone` command in node_modules/.bin. */
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot, run } from './child.mjs';
import { withLock } from './lock.mjs';
import { SetupError, step } from './step.mjs';

const packages = path.join(projectRoot, 'node_modules');

/**
 * Installs what is missing. Returns quickly if nothing is missing; two processes may run it at the same time.
 * @throws {SetupError} if npm fails.
 */
export async function ensurePackages() {
  if (isInstalled() && isLinked()) return;
  await withLock('setup', async () => {
    if (!isInstalled() && !(await step('Installing npm packages (npm ci)', installPackages))) {
      throw new SetupError(
        'npm could not install the packages (see its message above): check the network or registry and try again',
      );
    }
    if (!isLinked()) linkLauncher();
  });
}

/** @typedef {Record<string, { version?: string, optional?: boolean }>} LockedPackages */

/** Compares npm's record of the installed packages, which it writes last, with the lock file. Optional packages may be for other systems. */
function isInstalled() {
  const installed = lockedPackages(path.join(packages, '.package-lock.json'));
  const locked = lockedPackages(path.join(projectRoot, 'package-lock.json')) ?? {};
  if (!installed) return false;
  return Object.entries(locked).every(
    ([folder, { version, optional }]) => folder === '' || optional || installed[folder]?.version === version,
  );
}

/** @param {string} file @returns {LockedPackages | undefined} */
function lockedPackages(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined;
}

async function installPackages() {
  const args = ['ci', '--include=dev', '--loglevel=error'];
  const npm = process.env.npm_execpath; // the script of npm, if npm started this process
  const code = npm?.endsWith('npm-cli.js')
    ? await run(process.execPath, [npm, ...args], { quiet: true })
    : await run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { quiet: true });
  return code === 0;
}

const launcher = path.join(projectRoot, 'src/cli/touchstone.mjs');
const link = path.join(packages, '.bin', process.platform === 'win32' ? 'touchstone.cmd' : 'touchstone');
const isLinked = () => existsSync(link);

/** npm links the commands of dependencies, but not those of the project itself. */
function linkLauncher() {
  mkdirSync(path.dirname(link), { recursive: true });
  if (process.platform === 'win32') return writeFileSync(link, `@node "${launcher}" %*\r\n`);
  chmodSync(launcher, 0o755);
  symlinkSync(path.relative(path.dirname(link), launcher), link);
}
