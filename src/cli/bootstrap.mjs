/**
 * `npm start`, `npm test` and `npm run lab`: installs what a fresh clone lacks, then runs.
 *
 *     node src/cli/bootstrap.mjs start [arguments of touchstone run]
 *     node src/cli/bootstrap.mjs lab [jobs of the lab]
 *     node src/cli/bootstrap.mjs test [format | types | unused | unit | scenarios | firefox ...]
 *
 * Plain JavaScript with late imports, because no package may be installed yet and Node.js may be too old.
 * Exit codes: that of the run; 2 for bad usage, 3 if the set-up failed, 130 if interrupted.
 */
import { exitOnClosedPipe } from './setup/closed-pipe.mjs';
import { nodeVersionProblem } from './setup/node-version.mjs';

/** @param {string} message @param {number} code */
function end(message, code) {
  console.error(`touchstone: ${message}`);
  process.exit(code);
}

async function setUp() {
  const { ensurePackages } = await import('./setup/packages.mjs');
  const { ensureBrowser } = await import('./setup/browser.mjs');
  await ensurePackages();
  process.env.TOUCHSTONE_CHROMIUM = await ensureBrowser(); // used by everything that is started below
}

/** @param {string[]} args */
async function start(args) {
  const { run } = await import('./setup/child.mjs');
  const { launcher } = await import('./setup/checks.mjs');
  await setUp();
  return run(process.execPath, [launcher, 'run', ...args]);
}

/** The lab installs everything else itself. @param {string[]} args */
async function lab(args) {
  const { run } = await import('./setup/child.mjs');
  const { launcher } = await import('./setup/checks.mjs');
  const { ensurePackages } = await import('./setup/packages.mjs');
  await ensurePackages();
  return run(process.execPath, [launcher, 'lab', ...args]);
}

/** @param {string[]} names */
async function test(names) {
  const { checks, runChecks } = await import('./setup/checks.mjs');
  const unknown = names.find((name) => !(name in checks));
  if (unknown) end(`Unknown check "${unknown}"; expected one of ${Object.keys(checks).join(', ')}`, 2);
  await setUp();
  const { ensureInteropTools } = await import('./setup/interop.mjs');
  if (names.length === 0 || names.includes('unit') || names.includes('firefox')) await ensureInteropTools();
  return runChecks(names);
}

exitOnClosedPipe(3); // no verdict yet, so it must not look passed
let wasInterrupted = false;
process.on('SIGINT', () => {
  wasInterrupted = true; // the running child program ends, then this process
});

const problem = nodeVersionProblem();
if (problem) end(problem, 3);

const [, , command, ...args] = process.argv;
try {
  if (command === 'start') process.exitCode = await start(args);
  else if (command === 'test') process.exitCode = await test(args);
  else if (command === 'lab') process.exitCode = await lab(args);
  else end('Expected start, test or lab', 2);
} catch (error) {
  const { SetupError } = await import('./setup/step.mjs');
  end(
    error instanceof SetupError ? error.message : String(/** @type {Error} */ (error).stack),
    wasInterrupted ? 130 : 3,
  );
}
