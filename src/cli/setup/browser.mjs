/** Sees to it that there is a Chromium-family browser: one already installed, else Playwright's download, else the system's package. */
import { existsSync } from 'node:fs';
import { findBrowser, findBrowsers } from '../../browser/installed-browsers.mjs';
import { run, runPackageBin } from './child.mjs';
import { SetupError, say, step } from './step.mjs';

/** Resolves with the browser's executable. */
export async function ensureBrowser() {
  const ready = findBrowser('chromium') ?? (await downloadWithPlaywright()) ?? (await installWithApt());
  if (ready) {
    say(`browser: ${ready.path}`);
    return ready.path;
  }
  throw new SetupError(
    'no Chromium-family browser found and none could be installed: install Chromium, Chrome or Edge, or name one in TOUCHSTONE_CHROMIUM, and run this again.',
  );
}

async function downloadWithPlaywright() {
  // The headless shell that would come along cannot load extensions.
  const args = ['install', '--no-shell', 'chromium'];
  const env = { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '15000' };
  const download = async () => (await runPackageBin('playwright', 'playwright', args, { quiet: true, env })) === 0;
  const found = (await step('downloading Chromium (playwright install chromium)', download)) && findBrowser('chromium');
  return found && (await starts(found.path)) ? found : undefined;
}

/** A downloaded browser may miss libraries of the system; only Linux has a `--version` that tells without opening a window. @param {string} executable */
const starts = async (executable) =>
  process.platform !== 'linux' || (await run(executable, ['--version'], { quiet: true })) === 0;

async function installWithApt() {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !existsSync('/usr/bin/apt-get')) return undefined;
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const install = async () =>
    (await run('apt-get', ['update', '-q'], { quiet: true, env })) === 0 &&
    (await run('apt-get', ['install', '-y', '-q', 'chromium'], { quiet: true, env })) === 0;
  if (!(await step('installing Chromium (apt-get install chromium)', install))) return undefined;
  return findBrowsers('chromium').find(({ channel }) => channel !== 'playwright'); // whose download may be there, but not start
}
