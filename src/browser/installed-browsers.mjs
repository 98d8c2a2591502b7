/**
 * Finds browsers that are installed on this machine. Plain JavaScript without dependencies, because the set-up runs it before
 * any package is installed.
 *
 * Order: the browser of the environment variable, Playwright's own, unbranded, branded. Branded Chrome and Edge come last
 * because they restrict unpacked extensions.
 */
import { accessSync, constants, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/**
 * @typedef {'chromium' | 'chromium_headless_shell' | 'firefox' | 'webkit'} BrowserFamily as Playwright names its downloads
 * @typedef {'given' | 'playwright' | 'chromium' | 'chrome' | 'msedge' | 'firefox' | 'firefox-esr'} BrowserChannel
 * @typedef {{ channel: BrowserChannel, path: string }} InstalledBrowser
 */

/**
 * Where to look. `packages` is the node_modules folder, where Playwright keeps browsers if PLAYWRIGHT_BROWSERS_PATH is 0.
 * @typedef {{ env: Record<string, string | undefined>, platform: NodeJS.Platform, home: string, packages: string }} Machine
 */

/**
 * @typedef {object} BrowserLocations Where the browsers of one family are installed.
 * @property {string} label name in messages
 * @property {string} override environment variable that names the executable to use
 * @property {string[]} playwright executables inside a folder of Playwright's cache
 * @property {[BrowserChannel, string][]} commands names in PATH
 * @property {[BrowserChannel, string][]} applications paths in /Applications (macOS) or Program Files (Windows)
 */

const testingApp = 'Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing';

/** @type {Record<BrowserFamily, BrowserLocations>} */
const families = {
  chromium: {
    label: 'Chromium-family browser',
    override: 'TOUCHSTONE_CHROMIUM',
    playwright: [
      'chrome-linux64/chrome',
      'chrome-linux/chrome',
      'chrome-win64/chrome.exe',
      'chrome-win/chrome.exe',
      `chrome-mac-arm64/${testingApp}`,
      `chrome-mac-x64/${testingApp}`,
      'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
    ],
    commands: [
      ['chromium', 'chromium'],
      ['chromium', 'chromium-browser'],
      ['chrome', 'google-chrome-stable'],
      ['chrome', 'google-chrome'],
      ['msedge', 'microsoft-edge-stable'],
    ],
    applications: [
      ['chromium', 'Chromium.app/Contents/MacOS/Chromium'],
      ['chromium', 'Chromium/Application/chrome.exe'],
      ['chrome', 'Google Chrome.app/Contents/MacOS/Google Chrome'],
      ['chrome', 'Google/Chrome/Application/chrome.exe'],
      ['msedge', 'Microsoft Edge.app/Contents/MacOS/Microsoft Edge'],
      ['msedge', 'Microsoft/Edge/Application/msedge.exe'],
    ],
  },
  // Chromium without windows and without extensions, whose pages open in a quarter of the time.
  chromium_headless_shell: {
    label: 'headless shell of Chromium',
    override: 'TOUCHSTONE_HEADLESS_SHELL',
    playwright: [
      'chrome-headless-shell-linux64/chrome-headless-shell',
      'chrome-linux/headless_shell',
      'chrome-headless-shell-win64/chrome-headless-shell.exe',
      'chrome-headless-shell-mac-arm64/chrome-headless-shell',
      'chrome-headless-shell-mac-x64/chrome-headless-shell',
    ],
    commands: [['chromium', 'chromium-headless-shell']],
    applications: [],
  },
  firefox: {
    label: 'Firefox',
    override: 'TOUCHSTONE_FIREFOX',
    playwright: ['firefox/firefox', 'firefox/firefox.exe', 'firefox/Nightly.app/Contents/MacOS/firefox'],
    commands: [
      ['firefox-esr', 'firefox-esr'],
      ['firefox', 'firefox'],
    ],
    applications: [
      ['firefox', 'Firefox.app/Contents/MacOS/firefox'],
      ['firefox', 'Mozilla Firefox/firefox.exe'],
    ],
  },
  // Playwright drives only its own build of WebKit.
  webkit: {
    label: 'WebKit of Playwright',
    override: 'TOUCHSTONE_WEBKIT',
    playwright: ['pw_run.sh', 'Playwright.exe'],
    commands: [],
    applications: [],
  },
};

/** @type {Machine} */
const thisMachine = {
  env: process.env,
  platform: process.platform,
  home: homedir(),
  packages: path.resolve(import.meta.dirname, '../../node_modules'),
};

/**
 * Returns every browser of the family, the preferred one first.
 * @param {BrowserFamily} family
 * @param {Machine} [machine]
 * @returns {InstalledBrowser[]}
 */
export function findBrowsers(family, machine = thisMachine) {
  const locations = families[family];
  const given = machine.env[locations.override];
  /** @type {InstalledBrowser[]} */
  const candidates = [
    ...(given ? [{ channel: /** @type {const} */ ('given'), path: given }] : []),
    ...playwrightFolders(family, machine).flatMap((folder) =>
      locations.playwright.map((file) => ({
        channel: /** @type {const} */ ('playwright'),
        path: path.join(folder, file),
      })),
    ),
    ...filesIn(searchPath(machine), locations.commands),
    ...filesIn(programFolders(machine), locations.applications),
  ];
  return candidates.filter(({ path }) => isExecutable(path));
}

/**
 * Returns the browser to use, or undefined when there is none.
 * @param {BrowserFamily} family
 * @param {Machine} [machine]
 */
export const findBrowser = (family, machine) => findBrowsers(family, machine)[0];

/**
 * Whether an executable is the headless shell of Chromium, by its name.
 * @param {string} executable
 */
export const isHeadlessShell = (executable) => /headless[-_]shell/.test(path.basename(executable));

/**
 * Says that no browser of the family is installed, and what to do.
 * @param {BrowserFamily} family
 */
export const notInstalledMessage = (family) =>
  `No ${families[family].label} found. Install one, or set ${families[family].override} to its executable.`;

/**
 * Returns Playwright's folders for this family, newest first, e.g. `chromium-1208`.
 * @param {BrowserFamily} family @param {Machine} machine
 */
function playwrightFolders(family, { env, platform, home, packages }) {
  const caches = { darwin: 'Library/Caches', win32: 'AppData/Local' };
  const cache = path.join(home, caches[/** @type {'darwin'} */ (platform)] ?? '.cache', 'ms-playwright');
  const configured = env.PLAYWRIGHT_BROWSERS_PATH;
  const folder = configured === '0' ? path.join(packages, 'playwright-core/.local-browsers') : configured || cache;
  const revision = (/** @type {string} */ name) => Number(name.slice(family.length + 1));
  return listEntries(folder)
    .filter((name) => name.startsWith(`${family}-`) && revision(name) > 0)
    .sort((a, b) => revision(b) - revision(a))
    .map((name) => path.join(folder, name));
}

/** @param {Machine} machine */
const searchPath = ({ env, platform }) =>
  platform === 'win32' ? [] : (env.PATH ?? '').split(':').filter((folder) => path.isAbsolute(folder));

/** @param {Machine} machine */
function programFolders({ env, platform, home }) {
  if (platform === 'darwin') return ['/Applications', path.join(home, 'Applications')];
  if (platform !== 'win32') return [];
  return [env.ProgramFiles, env['ProgramFiles(x86)'], env.LOCALAPPDATA].filter((folder) => folder !== undefined);
}

/**
 * Returns the path of every file in every folder, ordered by file.
 * @param {string[]} folders @param {[BrowserChannel, string][]} files
 * @returns {InstalledBrowser[]}
 */
const filesIn = (folders, files) =>
  files.flatMap(([channel, file]) => folders.map((folder) => ({ channel, path: path.join(folder, file) })));

/** @param {string} folder */
function listEntries(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return []; // the folder does not exist
  }
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
