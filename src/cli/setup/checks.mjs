/** Every check of the project in order, the cheap ones first, and the count that closes the run. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { interrupted, projectRoot, run, runPackageBin } from './child.mjs';
import { seconds } from './step.mjs';

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Tally
 * @typedef {{ title: string, run: () => Promise<number>, tally: (exitCode: number) => Tally }} Check
 *   `run` resolves with an exit code, `tally` says what it counted.
 */

const vitestReport = path.join(projectRoot, '.cache/vitest.json');
const scenarioReport = path.join(projectRoot, 'reports/latest/result.json');
export const launcher = path.join(projectRoot, 'src/cli/touchstone.mjs');

/** A check without cases counts as one. @type {Check['tally']} */
const asOne = (exitCode) => ({ passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 });

/** @type {Record<string, Check>} */
export const checks = {
  format: {
    title: 'Format and lint',
    run: () => runPackageBin('@biomejs/biome', 'biome', ['ci', '.']),
    tally: asOne,
  },
  types: { title: 'Types', run: () => runPackageBin('typescript', 'tsc', []), tally: asOne },
  unused: { title: 'Unused code', run: () => runPackageBin('knip', 'knip', []), tally: asOne },
  unit: {
    title: 'Unit and contract tests',
    run: () => {
      rmSync(vitestReport, { force: true });
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${vitestReport}`];
      return runPackageBin('vitest', 'vitest', ['run', ...reporters]);
    },
    tally: (exitCode) => {
      const report = readJson(vitestReport);
      if (!report) return asOne(exitCode);
      const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = report;
      return counted(exitCode, numPassedTests, numFailedTests, numPendingTests + numTodoTests);
    },
  },
  scenarios: {
    title: 'Scenarios',
    run: () => {
      rmSync(path.dirname(scenarioReport), { force: true, recursive: true }); // a link to the newest run, or nothing
      return run(process.execPath, [launcher, 'run']);
    },
    tally: (exitCode) => {
      const totals = readJson(scenarioReport)?.totals;
      if (!totals) return asOne(exitCode);
      return counted(
        exitCode,
        totals.passed + totals.flaky,
        totals.failed + totals.errored + totals.interrupted,
        totals.skipped,
      );
    },
  },
};

/**
 * Runs the checks named, in their own order (without a name: all), until one fails. Resolves with the exit code.
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
    console.log(`${title}: ${verdict(exitCode)} in ${seconds(checkStart)}`);
    if (exitCode !== 0) break;
  }
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  console.log(`\nAll checks: ${verdict(exitCode)} in ${seconds(start)}`);
  console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
  return exitCode;
}

/** @param {number} exitCode */
const verdict = (exitCode) => (exitCode === 0 ? 'ok' : exitCode === interrupted ? 'interrupted' : 'failed');

/**
 * A check that failed without a failed case (a file that does not load, a broken budget) still counts as a failure.
 * @param {number} exitCode @param {number} passed @param {number} failed @param {number} skipped
 * @returns {Tally}
 */
const counted = (exitCode, passed, failed, skipped) => ({
  passed,
  failed: exitCode === 0 ? failed : Math.max(failed, 1),
  skipped,
});

/** @param {string} file */
const readJson = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined);
