#!/usr/bin/env node
/** The `touchstone` command: in a clone, compiles the program when a source has changed; in the npm package it is compiled already. */
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { exitOnClosedPipe } from './setup/closed-pipe.mjs';
import { nodeVersionProblem } from './setup/node-version.mjs';

/** Exit code of an infrastructure error, see `exit-codes.ts`. */
const infrastructure = 3;

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(`touchstone: ${message}`);
  process.exit(infrastructure);
}

const command = process.argv[2];
exitOnClosedPipe(command === 'run' || command === 'lab' ? infrastructure : 0);

const problem = nodeVersionProblem();
if (problem) fail(problem);

// In a guest of the kernel lab the file system is read-only: the host has compiled the program.
const program = (process.env.TOUCHSTONE_LAB && process.env.TOUCHSTONE_PROGRAM) || (await findProgram());
process.env.TOUCHSTONE_PROGRAM = program; // Playwright and its workers run the same files
try {
  const { main } = await import(pathToFileURL(`${program}/main.mjs`).href);
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error); // an internal error: nothing was tested
  process.exitCode = infrastructure;
}

/** @returns {Promise<string>} */
async function findProgram() {
  if (!existsSync(new URL('main.ts', import.meta.url)))
    return fileURLToPath(new URL('../../dist/program', import.meta.url));
  try {
    const { compiledProgram } = await import('./program/compiled-program.mjs');
    return await compiledProgram();
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ERR_MODULE_NOT_FOUND')
      fail('The npm packages are not installed; run `npm start` (or `npm ci`) first');
    return fail(`Cannot compile the program: ${/** @type {Error} */ (error).message}`);
  }
}
