/**
 * The guest's part of the machine: one processor, and much of it.
 *
 * A kernel that is a process stops and continues its programs by ptrace, tens of thousands of times a second, and only one
 * of the two ever runs. On two processors each hand-over wakes the other one from its sleep: a quiet machine ran
 * everything three to five times as slowly as one processor alone.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Clock } from '#base/clock.ts';

const lookMs = 100;

/** The processor, of those we may use, that had least to do just now; undefined where Linux does not tell. */
export async function idlestProcessor(clock: Clock): Promise<number | undefined> {
  try {
    const [, list] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(read('/proc/self/status')) ?? [];
    if (list === undefined) return undefined;
    const before = idleTicks(read('/proc/stat'));
    await clock.sleep(lookMs);
    return idlest(processorList(list), before, idleTicks(read('/proc/stat')));
  } catch {
    return undefined; // slower, no worse
  }
}

/**
 * Linux shares the processors out among sessions, not processes (sched(7), "The autogroup feature"): a guest with all its
 * programs would get no more than one busy shell. Without the permission, or without the feature, that is how it stays.
 */
export function favour(pid: number | undefined): void {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, '-10');
  } catch {} // slower, no worse
}

/** "0-2,5" as numbers, cpuset(7). */
export const processorList = (text: string): number[] =>
  text.split(',').flatMap((range) => {
    const [first = '', last = first] = range.split('-');
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index);
  });

/** Ticks that each processor had nothing to do since the machine started, from the text of /proc/stat (proc(5)). */
export const idleTicks = (stat: string): Map<number, number> =>
  new Map(
    [...stat.matchAll(/^cpu(\d+) (?:\d+ ){3}(\d+)/gm)].map(([, processor, idle]) => [Number(processor), Number(idle)]),
  );

export function idlest(
  allowed: readonly number[],
  before: ReadonlyMap<number, number>,
  after: ReadonlyMap<number, number>,
): number | undefined {
  const idled = (processor: number) => (after.get(processor) ?? 0) - (before.get(processor) ?? 0);
  return allowed.toSorted((one, other) => idled(other) - idled(one) || other - one)[0];
}

const read = (path: string): string => readFileSync(path, 'utf8');
