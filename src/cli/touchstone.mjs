#!/usr/bin/env node
/** The `touchstone` command: teaches Node TypeScript, then hands over to `main.ts`; in the lab, to what was made of it. */
import { pathToFileURL } from 'node:url';
import { nodeVersionProblem } from './setup/node-version.mjs';

/** @param {string} message @returns {never} */
function refuse(message) {
  console.error(`touchstone: ${message}`);
  process.exit(3);
}

const problem = nodeVersionProblem();
if (problem) refuse(problem);

const compiled = process.env.TOUCHSTONE_PROGRAM;
if (!compiled) await learnTypeScript();
try {
  const { main } = await import(compiled ? pathToFileURL(`${compiled}/main.mjs`).href : './main.ts');
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error); // our own fault: nothing was learned about what is on trial
  process.exitCode = 3;
}

async function learnTypeScript() {
  const tsx = await import('tsx/esm/api').catch((error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    refuse('the npm packages are not installed: run `npm start` (or `npm ci`) first.');
  });
  tsx.register();
}
