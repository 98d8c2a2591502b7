/** Runs other programs in the foreground: one at a time, sharing the terminal, ended when this process is told to end. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';

/** The project's folder. */
export const projectRoot = path.resolve(import.meta.dirname, '../../..');

/** Exit code of whoever was interrupted. */
export const interrupted = 130;

/**
 * Runs a program in the project's folder and resolves with its exit code: 130 when we were told to end, 128 + the
 * signal's number when one ended it, 127 when it is missing.
 * @param {string} command
 * @param {string[]} args
 * @param {{ quiet?: boolean, env?: Record<string, string> }} [options] `quiet` shows what it printed only if it fails
 * @returns {Promise<number>}
 */
export function run(command, args, { quiet = false, env = {} } = {}) {
  const child = spawn(command, args, {
    cwd: projectRoot,
    env: { ...process.env, ...env },
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    shell: command.endsWith('.cmd'), // Node starts batch files through a shell only
  });
  /** @type {Buffer[]} */
  const printed = [];
  child.stdout?.on('data', (chunk) => printed.push(chunk));
  child.stderr?.on('data', (chunk) => printed.push(chunk));

  let told = false;
  /** @param {NodeJS.Signals} signal */
  const tell = (signal) => {
    told = true;
    // Ctrl-C in a terminal reaches the whole process group already; twice would make a child skip its cleaning up.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  process.on('SIGINT', tell).on('SIGTERM', tell);

  return new Promise((resolve) => {
    /** @param {number} code */
    const finish = (code) => {
      process.off('SIGINT', tell).off('SIGTERM', tell);
      if (code !== 0 && !told) process.stderr.write(Buffer.concat(printed));
      resolve(told ? interrupted : code);
    };
    child.once('error', () => finish(127));
    child.once('close', (code, signal) =>
      finish(code ?? 128 + constants.signals[/** @type {NodeJS.Signals} */ (signal)]),
    );
  });
}

/**
 * Runs a program of an installed npm package with this very Node, which needs no shell on any system.
 * @param {string} packageName
 * @param {string} bin
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function runPackageBin(packageName, bin, args, options) {
  const folder = path.join(projectRoot, 'node_modules', packageName);
  const { bin: bins } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const file = typeof bins === 'string' ? bins : bins[bin];
  return run(process.execPath, [path.join(folder, file), ...args], options);
}
