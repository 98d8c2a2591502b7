/**
 * Names a process of this machine so that it can be found again: its number and, where the system tells it (Linux), when it
 * started, because numbers are used again, in a container by nearly every start.
 */
import { readFileSync } from 'node:fs';

/** This process, as one line. */
export const thisProcess = (): string => `${process.pid} ${startOf(process.pid)}\n`;

/** The number of the process that `line` names, while it runs. Nothing for one that has ended, and for any other text. */
export function runningProcess(line: string): number | undefined {
  const [, digits, start] = /^([1-9]\d{0,9}) (\d*)\n$/.exec(line) ?? [];
  const pid = Number(digits);
  if (digits === undefined || !isThere(pid)) return undefined;
  const found = startOf(pid);
  if (found === ended) return undefined;
  return found === start || found === '' || start === '' ? pid : undefined;
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // runs, as somebody else
  }
}

const ended = 'ended';

/** When it started, in the kernel's ticks; `ended` while its parent has yet to notice its end; empty where the system does not say. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // proc(5): from the third on, behind the name
    return fields[0] === 'Z' ? ended : (fields[19] ?? '');
  } catch {
    return '';
  }
}
