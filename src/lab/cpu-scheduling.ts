/**
 * Gives the guest one CPU of the host and a higher priority.
 *
 * A user-mode kernel stops and continues its programs by ptrace, tens of thousands of times per second, and only one of the two
 * runs at a time. With two CPUs, each switch wakes the other CPU from sleep: on an idle machine everything then ran three to
 * five times slower than on a single CPU.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Clock } from '#base/clock.ts';

const measureMs = 100;

/** Returns the number of the CPU that is most idle now, among those this process may use; undefined if Linux does not report that. */
export async function pickIdleCpu(clock: Clock): Promise<number | undefined> {
  try {
    const [, list] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(read('/proc/self/status')) ?? [];
    if (list === undefined) return undefined;
    const before = parseIdleTicks(read('/proc/stat'));
    await clock.sleep(measureMs);
    return mostIdleCpu(parseCpuList(list), before, parseIdleTicks(read('/proc/stat')));
  } catch {
    return undefined; // the guest is slower, but works
  }
}

/**
 * Raises the scheduling priority of a process's session. Linux distributes CPU time among sessions (sched(7), "The autogroup
 * feature"), so the guest with all its programs would get no more than one busy shell. Does nothing without the permission or
 * the feature.
 */
export function raisePriority(pid: number | undefined): void {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, '-10');
  } catch {} // the guest is slower, but works
}

/** Parses a CPU list such as `0-2,5`, cpuset(7). */
export const parseCpuList = (text: string): number[] =>
  text.split(',').flatMap((range) => {
    const [first = '', last = first] = range.split('-');
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index);
  });

/** Returns the idle time of each CPU since boot, in clock ticks, from the text of /proc/stat (proc(5)). */
export const parseIdleTicks = (stat: string): Map<number, number> =>
  new Map([...stat.matchAll(/^cpu(\d+) (?:\d+ ){3}(\d+)/gm)].map(([, cpu, idle]) => [Number(cpu), Number(idle)]));

/** Returns the CPU of `allowed` that was idle longest between two measurements; undefined if `allowed` is empty. */
export function mostIdleCpu(
  allowed: readonly number[],
  before: ReadonlyMap<number, number>,
  after: ReadonlyMap<number, number>,
): number | undefined {
  const idleTicks = (cpu: number) => (after.get(cpu) ?? 0) - (before.get(cpu) ?? 0);
  return allowed.toSorted((one, other) => idleTicks(other) - idleTicks(one) || other - one)[0];
}

const read = (path: string): string => readFileSync(path, 'utf8');
