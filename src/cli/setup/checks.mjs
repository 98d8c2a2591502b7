/** The checks of `npm test` in order, fast ones first, and the totals at the end. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { findBrowser, notInstalledMessage } from '../../browser/installed-browsers.mjs';
import { interrupted, packageCommand, projectRoot, run } from './child.mjs';
import { secondsSince } from './step.mjs';

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Tally
 * @typedef {{ title: string, run: () => Promise<number>, tally: (exitCode: number) => Tally }} Check
 *   `run` returns an exit code; `tally` returns the numbers of cases
 */

const vitestReport = path.join(projectRoot, '.cache/vitest.json');
const reports = path.join(projectRoot, 'reports');
export const launcher = path.join(projectRoot, 'src/cli/touchstone.mjs');

/** A check without cases counts as one case. @type {Check['tally']} */
const asOne = (exitCode) => ({ passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 });

/**
 * Runs a program of an npm package.
 * @param {string} packageName @param {string} bin @param {string[]} args
 */
function runPackage(packageName, bin, args) {
  const [command, commandArgs] = packageCommand(packageName, bin, args);
  return run(command, commandArgs);
}

/**
 * Returns the check that scenarios pass in an engine: none may fail, and none may be skipped. It is skipped where the engine is not installed;
 * for Chromium, the set-up has ended before.
 * @param {string} title
 * @param {{ engine: import('../../browser/installed-browsers.mjs').BrowserFamily, folder: string, options?: string[] }} how
 *   `folder` of the reports; `options` of touchstone run
 * @returns {Check}
 */
function checkScenarios(title, { engine, folder, options = [] }) {
  const latest = path.join(folder, 'latest');
  const isInstalled = () => findBrowser(engine) !== undefined;
  return {
    title,
    async run() {
      if (!isInstalled()) {
        console.log(notInstalledMessage(engine));
        return 0;
      }
      rmSync(latest, { force: true, recursive: true }); // the link to the newest run
      const gates = ['--exclude-tag', 'native', '--fail-on-skipped']; // native cases need the kernel lab
      return run(process.execPath, [launcher, 'run', ...options, ...gates, '-o', folder]);
    },
    tally(exitCode) {
      if (!isInstalled()) return { passed: 0, failed: 0, skipped: 1 };
      const totals = readJson(path.join(latest, 'result.json'))?.totals;
      if (!totals) return asOne(exitCode);
      const failed = totals.failed + totals.errored + totals.interrupted;
      return toTally(exitCode, totals.passed + totals.flaky, failed, totals.skipped);
    },
  };
}

/** @type {Record<string, Check>} */
export const checks = {
  format: {
    title: 'Format and lint',
    run: () => runPackage('@biomejs/biome', 'biome', ['ci', '.']),
    tally: asOne,
  },
  types: { title: 'Types', run: () => runPackage('typescript', 'tsc', []), tally: asOne },
  unused: { title: 'Unused code', run: () => runPackage('knip', 'knip', []), tally: asOne },
  unit: {
    title: 'Unit and contract tests',
    run: () => {
      rmSync(vitestReport, { force: true });
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${vitestReport}`];
      return runPackage('vitest', 'vitest', ['run', ...reporters]);
    },
    tally: (exitCode) => {
      const report = readJson(vitestReport);
      if (!report) return asOne(exitCode);
      const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = report;
      return toTally(exitCode, numPassedTests, numFailedTests, numPendingTests + numTodoTests);
    },
  },
  scenarios: checkScenarios('Scenarios in Chromium', { engine: 'chromium', folder: reports }),
  // All of them in Firefox take longer than all other checks may; the nightly workflow runs them.
  firefox: checkScenarios('A sample of the scenarios in Firefox', {
    engine: 'firefox',
    folder: path.join(reports, 'firefox'),
    options: ['--browser', 'firefox', '--sample'],
  }),
};

/**
 * Runs the named checks in their order (without names: all) until one fails. Returns the exit code.
 * @param {string[]} names
 */
export async function runChecks(names) {
  const start = performance.now();
  /** @type {Tally} */
  const total = { passed: 0, failed: 0, skipped: 0 };
  let exitCode = 0;
  const chosen = Object.entries(checks).filter(([name]) => names.length === 0 || names.includes(name));
  for (const [, { title, run, tally }] of chosen) {
    console.log(`\n== ${title} ==`);
    const checkStart = performance.now();
    exitCode = await run();
    const counts = tally(exitCode);
    for (const key of /** @type {(keyof Tally)[]} */ (Object.keys(total))) total[key] += counts[key];
    console.log(`${title}: ${verdict(exitCode)} in ${secondsSince(checkStart)}`);
    if (exitCode !== 0) break;
  }
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  console.log(`\nAll checks: ${verdict(exitCode)} in ${secondsSince(start)}`);
  console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
  return exitCode;
}

/** @param {number} exitCode */
const verdict = (exitCode) => (exitCode === 0 ? 'ok' : exitCode === interrupted ? 'interrupted' : 'failed');

/**
 * A check that fails without a failed case, e.g. because a file cannot be loaded, counts as one failure.
 * @param {number} exitCode @param {number} passed @param {number} failed @param {number} skipped
 * @returns {Tally}
 */
const toTally = (exitCode, passed, failed, skipped) => ({
  passed,
  failed: exitCode === 0 ? failed : Math.max(failed, 1),
  skipped,
});

/** @param {string} file */
const readJson = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined);
