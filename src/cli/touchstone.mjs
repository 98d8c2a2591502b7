#!/usr/bin/env node
/** The `touchstone` command: loads TypeScript support and runs `main.ts`. In the kernel lab it runs the compiled program instead. */
import { pathToFileURL } from 'node:url';
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

const compiled = process.env.TOUCHSTONE_PROGRAM;
if (!compiled) await registerTypeScript();
try {
  const { main } = await import(compiled ? pathToFileURL(`${compiled}/main.mjs`).href : './main.ts');
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error); // an internal error: nothing was tested
  process.exitCode = infrastructure;
}

async function registerTypeScript() {
  const tsx = await import('tsx/esm/api').catch((error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    fail('The npm packages are not installed; run `npm start` (or `npm ci`) first');
  });
  tsx.register();
}
