/** Runs child programs one at a time; an interrupt of this process is passed on to them. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';

/** The project's folder. */
export const projectRoot = path.resolve(import.meta.dirname, '../../..');

/** Exit code of an interrupted program. */
export const interrupted = 130;

/**
 * @typedef {{ exitCode: number, output: string }} Outcome exit code as for `run`, and everything the program printed
 * @typedef {{ env?: Record<string, string> }} ChildOptions
 */

/**
 * Runs a program in the project's folder and returns its exit code: 130 if this process was interrupted, 128 + the number of the signal
 * that ended it, 127 if it does not exist.
 * @param {string} command
 * @param {string[]} args
 * @param {ChildOptions & { quiet?: boolean }} [options] With `quiet`, output is shown only if the program fails.
 * @returns {Promise<number>}
 */
export async function run(command, args, { quiet = false, env = {} } = {}) {
  if (!quiet) return (await spawnChild(command, args, { env, stdio: 'inherit' })).exitCode;
  const { exitCode, output } = await capture(command, args, { env });
  if (exitCode !== 0 && exitCode !== interrupted) process.stderr.write(output);
  return exitCode;
}

/**
 * Runs a program as `run` does and returns its output with its exit code, without showing it.
 * @param {string} command
 * @param {string[]} args
 * @param {ChildOptions} [options]
 * @returns {Promise<Outcome>}
 */
export const capture = (command, args, { env = {} } = {}) =>
  spawnChild(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ env: Record<string, string>, stdio: import('node:child_process').StdioOptions }} options
 * @returns {Promise<Outcome>}
 */
function spawnChild(command, args, { env, stdio }) {
  const child = spawn(command, args, {
    cwd: projectRoot,
    env: { ...process.env, ...env },
    stdio,
    shell: command.endsWith('.cmd'), // Node.js starts batch files only through a shell
  });
  /** @type {Buffer[]} */
  const chunks = [];
  child.stdout?.on('data', (chunk) => chunks.push(chunk));
  child.stderr?.on('data', (chunk) => chunks.push(chunk));

  let wasInterrupted = false;
  /** @param {NodeJS.Signals} signal */
  const passOn = (signal) => {
    wasInterrupted = true;
    // In a terminal, Ctrl+C already reaches the whole process group; a second signal would stop the child's cleanup.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  process.on('SIGINT', passOn).on('SIGTERM', passOn);

  return new Promise((resolve) => {
    /** @param {number} exitCode */
    const finish = (exitCode) => {
      process.off('SIGINT', passOn).off('SIGTERM', passOn);
      const output = Buffer.concat(chunks).toString();
      resolve({ exitCode: wasInterrupted ? interrupted : exitCode, output });
    };
    child.once('error', () => finish(127));
    child.once('close', (code, signal) =>
      finish(code ?? 128 + constants.signals[/** @type {NodeJS.Signals} */ (signal)]),
    );
  });
}

/**
 * Returns the command that runs a program of an installed npm package with this Node.js, without a shell on any system.
 * @param {string} packageName
 * @param {string} bin
 * @param {string[]} args
 * @returns {[command: string, args: string[]]}
 */
export function packageCommand(packageName, bin, args) {
  const folder = path.join(projectRoot, 'node_modules', packageName);
  const { bin: bins } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const file = typeof bins === 'string' ? bins : bins[bin];
  return [process.execPath, [path.join(folder, file), ...args]];
}
