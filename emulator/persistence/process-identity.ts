/**
 * Identifies a process of this machine: by its id and, on Linux, by its start time. Process ids are reused; in a container nearly
 * every start reuses them.
 */
import { readFileSync } from 'node:fs';

/** Returns the identity of this process as one line: its id and its start time. */
export const describeThisProcess = (): string => `${process.pid} ${startTimeOf(process.pid)}\n`;

/** Returns the id of the process that `line` describes if it is running; undefined if it has ended or `line` is any other text. */
export function findRunningProcess(line: string): number | undefined {
  const [, digits, start] = /^([1-9]\d{0,9}) (\d*)\n$/.exec(line) ?? [];
  const pid = Number(digits);
  if (digits === undefined || !exists(pid)) return undefined;
  const found = startTimeOf(pid);
  if (found === ended) return undefined;
  return found === start || found === '' || start === '' ? pid : undefined;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // it runs as another user
  }
}

const ended = 'ended';

/** Returns the start time in kernel ticks; `ended` for a zombie process; empty text if the system does not report it. */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // proc(5): from the third field on, after the name
    return fields[0] === 'Z' ? ended : (fields[19] ?? '');
  } catch {
    return '';
  }
}
