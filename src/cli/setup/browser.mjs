/** Makes sure that there is a Chromium-based browser: an installed one, otherwise Playwright's download, otherwise the system package. */
import { existsSync } from 'node:fs';
import { findBrowser, findBrowsers } from '../../browser/installed-browsers.mjs';
import { capture, interrupted, packageCommand } from './child.mjs';
import { SetupError, say } from './step.mjs';

/**
 * @typedef {import('./child.mjs').Outcome} Outcome
 * @typedef {object} Machine
 * @property {() => string | undefined} find returns the executable of the browser to use
 * @property {() => string | undefined} findSystemBrowser as `find`, without Playwright's download
 * @property {() => Promise<Outcome>} download downloads Playwright's Chromium
 * @property {(executable: string) => Promise<Outcome>} tryStart starts the browser for its version
 * @property {boolean} canInstall whether system packages can be installed
 * @property {() => Promise<Outcome>} install installs the system package chromium
 * @property {(line: string) => void} say
 * @property {(output: string) => void} showOutput shows what a program printed
 */

/** @type {Machine} */
const thisMachine = {
  find: () => findBrowser('chromium')?.path,
  findSystemBrowser: () => findBrowsers('chromium').find(({ channel }) => channel !== 'playwright')?.path,
  download() {
    // Without the headless shell, which cannot load extensions.
    const [command, args] = packageCommand('playwright', 'playwright', ['install', '--no-shell', 'chromium']);
    return capture(command, args, { env: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '15000' } });
  },
  // Only on Linux does `--version` print the version without opening a window.
  tryStart: async (executable) =>
    process.platform === 'linux' ? capture(executable, ['--version']) : { exitCode: 0, output: '' },
  canInstall: process.getuid?.() === 0 && existsSync('/usr/bin/apt-get'),
  async install() {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    const update = await capture('apt-get', ['update', '-q'], { env });
    if (update.exitCode !== 0) return update;
    return capture('apt-get', ['install', '-y', '-q', 'chromium'], { env });
  },
  say,
  showOutput: (output) => void process.stderr.write(output),
};

/**
 * Returns the executable of the browser.
 * @throws {SetupError} if no browser is found and none can be installed. What the installers printed is shown only then.
 */
export async function ensureBrowser(machine = thisMachine) {
  const path = machine.find() ?? (await downloadOrInstall(machine));
  machine.say(`Browser: ${path}`);
  return path;
}

/** @param {Machine} machine */
async function downloadOrInstall(machine) {
  machine.say('Downloading Chromium (playwright install chromium) ...');
  const download = await downloadBrowser(machine);
  if (download.path) return download.path;
  const failure = `Playwright's download of Chromium failed (${reasonOf(download)})`;
  if (machine.canInstall) machine.say(`${failure}; installing the system package chromium instead`);
  else machine.say(`${failure}; the system package chromium can be installed only by root on Debian or Ubuntu`);
  const install = machine.canInstall ? await machine.install() : { exitCode: 1, output: '' };
  if (install.exitCode === interrupted) throw new SetupError('The set-up was interrupted');
  const path = install.exitCode === 0 ? machine.findSystemBrowser() : undefined;
  if (path) return path;
  machine.showOutput(download.output + install.output);
  throw new SetupError(
    'No Chromium-based browser was found and none could be installed: install Chromium, Chrome or Edge, or set TOUCHSTONE_CHROMIUM to one, and try again',
  );
}

/**
 * Downloads the browser and checks that it starts: it may lack libraries of the system.
 * @param {Machine} machine
 * @returns {Promise<Outcome & { path?: string }>} `path` is set if the browser can be used
 */
async function downloadBrowser(machine) {
  const download = await machine.download();
  if (download.exitCode === interrupted) throw new SetupError('The set-up was interrupted');
  const path = download.exitCode === 0 ? machine.find() : undefined;
  if (!path) return download;
  const start = await machine.tryStart(path);
  return start.exitCode === 0 ? { ...start, path } : start;
}

/**
 * Returns the first error that a failed program printed, otherwise its last line, otherwise its exit code.
 * @param {Outcome} outcome
 */
function reasonOf({ exitCode, output }) {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const error = lines.find((line) => line.startsWith('Error: '))?.replace('Error: ', '');
  return error ?? lines.at(-1) ?? `exit code ${exitCode}`;
}
