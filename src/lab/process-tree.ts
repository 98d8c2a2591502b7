/** Kills a process with all its descendants. The guest's processes are children of the kernel process, stopped under ptrace. */
import { readdirSync, readFileSync } from 'node:fs';

/** Kills `pid` and its descendants. Ignores processes that have ended; does nothing for undefined (a process that did not start). */
export function endProcessTree(pid: number | undefined): void {
  if (pid === undefined) return;
  for (const each of [pid, ...descendants(pid, readParents())]) {
    try {
      process.kill(each, 'SIGKILL');
    } catch {
      // has ended
    }
  }
}

/** Returns every descendant of `pid`; a parent before its children. */
export function descendants(pid: number, parentOf: ReadonlyMap<number, number>): number[] {
  const children = [...parentOf].filter(([, parent]) => parent === pid).map(([child]) => child);
  return children.flatMap((child) => [child, ...descendants(child, parentOf)]);
}

/** Returns the parent of each running process, from /proc. */
function readParents(): Map<number, number> {
  const found = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the process name may contain spaces and parentheses
      found.set(Number(name), Number(parent));
    } catch {
      // has ended
    }
  }
  return found;
}
