/** Ending a process with everything it started. The kernel's guest processes are its children, stopped under ptrace. */
import { readdirSync, readFileSync } from 'node:fs';

/** Kills `pid` and all its descendants; those that have ended already are no trouble. */
export function endProcessTree(pid: number): void {
  for (const each of [pid, ...descendants(pid, parents())]) {
    try {
      process.kill(each, 'SIGKILL');
    } catch {
      // ended by itself, or with its parent
    }
  }
}

/** Every descendant of `pid`, parents first. */
export function descendants(pid: number, parentOf: ReadonlyMap<number, number>): number[] {
  const children = [...parentOf].filter(([, parent]) => parent === pid).map(([child]) => child);
  return children.flatMap((child) => [child, ...descendants(child, parentOf)]);
}

/** The parent of each running process, from /proc. */
function parents(): Map<number, number> {
  const found = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name may hold spaces and brackets
      found.set(Number(name), Number(parent));
    } catch {
      // ended meanwhile
    }
  }
  return found;
}
