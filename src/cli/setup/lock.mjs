/** A lock file that lets one process at a time do something in this clone. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from './child.mjs';
import { say } from './step.mjs';

const pollIntervalMs = 200;

/**
 * Runs `work` while holding the lock. Waits while another process holds it; the lock of a process that no longer runs is taken over.
 * @param {string} name
 * @param {() => Promise<void>} work
 */
export async function withLock(name, work, folder = path.join(projectRoot, '.cache')) {
  const file = path.join(folder, `${name}.lock`);
  mkdirSync(folder, { recursive: true });
  for (let waited = false; !tryLock(file); waited = true) {
    if (!waited) say('Waiting for another set-up in this clone');
    await sleep(pollIntervalMs);
  }
  try {
    await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** @param {string} file @returns {boolean} whether the lock was taken */
function tryLock(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    if (isHeld(file)) return false;
    rmSync(file, { force: true });
    return tryLock(file);
  }
}

/** @param {string} file @returns {boolean} whether the process that created the lock still runs */
function isHeld(file) {
  try {
    const holder = Number(readFileSync(file, 'utf8'));
    if (holder === 0) return true; // the file is empty until its creator has written it
    process.kill(holder, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'; // it runs as another user
  }
}
