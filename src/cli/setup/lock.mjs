/** Lets one process at a time do something in this clone. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from './child.mjs';
import { say } from './step.mjs';

const pollMs = 200;

/**
 * Runs `work` while holding the lock; waits for whoever holds it, and takes it from a process that no longer runs.
 * @param {string} name
 * @param {() => Promise<void>} work
 */
export async function withLock(name, work, folder = path.join(projectRoot, '.cache')) {
  const file = path.join(folder, `${name}.lock`);
  mkdirSync(folder, { recursive: true });
  for (let waited = false; !take(file); waited = true) {
    if (!waited) say('another set-up is running in this clone; waiting for it');
    await sleep(pollMs);
  }
  try {
    await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** @param {string} file @returns {boolean} */
function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    if (isHeld(file)) return false;
    rmSync(file, { force: true });
    return take(file);
  }
}

/** @param {string} file */
function isHeld(file) {
  try {
    const holder = Number(readFileSync(file, 'utf8'));
    if (holder === 0) return true; // being written right now
    process.kill(holder, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'; // runs, as somebody else
  }
}
