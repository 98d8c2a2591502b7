/**
 * Ends Playwright when `touchstone run` ends unexpectedly, e.g. after `kill -9`: otherwise the engine and its browsers would continue without
 * anyone to stop them, and would use a real key unattended.
 *
 * Node.js loads this file before Playwright (`--import`). The parent process holds the other end of an IPC channel; the operating system closes it
 * when the parent ends, however that happens. Workers of Playwright load the file too, but Playwright ends them itself.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';

/** Playwright closes its browsers and writes the report of the finished cases in this time; what is left then is killed. */
const graceMs = 3_000;

const isEngine = process.env.TOUCHSTONE_END_WITH_PARENT === '1';
if (isEngine) {
  // Workers inherit the environment. Without a channel that keeps them running, they would end at once.
  delete process.env.TOUCHSTONE_END_WITH_PARENT;
  process.once('disconnect', end);
  process.channel?.unref(); // the channel alone does not keep the engine running
  if (!process.connected) end();
}

function end() {
  const profiles = profilesOf(descendants(process.pid));
  process.kill(process.pid, 'SIGINT');
  setTimeout(() => {
    const pids = descendants(process.pid);
    profiles.push(...profilesOf(pids));
    pids.forEach(kill);
    for (const profile of profiles) remove(profile);
    kill(process.pid);
  }, graceMs).unref();
}

/**
 * Returns the temporary profiles of the browsers among the processes: Playwright removes them, unless it is killed before.
 * @param {number[]} pids
 */
function profilesOf(pids) {
  const options = pids.flatMap((pid) => commandLineOf(pid));
  return options.flatMap((option) => /^--user-data-dir=(.*\/playwright_[^/]+)$/.exec(option)?.[1] ?? []);
}

/** @param {string} folder */
function remove(folder) {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  } catch {
    // a process that is ending still writes to it
  }
}

/** @param {number} pid */
function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // has ended
  }
}

/** Returns all descendants of a process, from /proc; none on systems without it. @param {number} root */
function descendants(root) {
  /** @type {Map<number, number[]>} */
  const childrenOf = new Map();
  for (const pid of processIds()) {
    const parent = parentOf(pid);
    if (parent !== undefined) childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), pid]);
  }
  /** @param {number} pid @returns {number[]} */
  const collect = (pid) => (childrenOf.get(pid) ?? []).flatMap((child) => [child, ...collect(child)]);
  return collect(root);
}

function processIds() {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** @param {number} pid @returns {string[]} */
function commandLineOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // has ended
  }
}

/** @param {number} pid @returns {number | undefined} */
function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the process may contain spaces and parentheses.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined; // has ended
  }
}
