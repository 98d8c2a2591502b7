/** Times per command, and how often the user had to act. Pure. */
import { commandName } from '#protocol/commands.ts';
import { type Percentiles, percentiles } from '#result/statistics.ts';
import type { CommandExchange } from '../case-result.ts';
import type { ReportCase } from './report-model.ts';

export interface CommandTimes extends Percentiles {
  /** Name of the command; hex for one that CTAP does not define. */
  command: string;
  /** Whether the user had to act in these exchanges: their times contain the wait for a gesture. */
  gesture: boolean;
}

/** Returns the name of the command in a request, e.g. `authenticatorGetInfo`. */
export function commandOf({ request }: Pick<CommandExchange, 'request'>): string {
  const code = request.slice(0, 2);
  return commandName(Number.parseInt(code, 16)) ?? (code === '' ? 'empty message' : `command 0x${code}`);
}

/** Returns the percentiles of each command, the most frequent first; exchanges with a gesture are counted apart. */
export function commandTimes(cases: readonly ReportCase[]): CommandTimes[] {
  const samples = new Map<string, { command: string; gesture: boolean; sample: number[] }>();
  for (const exchange of cases.flatMap(({ exchanges = [] }) => exchanges)) {
    const command = commandOf(exchange);
    const key = `${command} ${exchange.waitedForUser}`;
    const known = samples.get(key) ?? { command, gesture: exchange.waitedForUser, sample: [] };
    known.sample.push(exchange.durationMs);
    samples.set(key, known);
  }
  return [...samples.values()]
    .map(({ sample, ...rest }) => ({ ...rest, ...percentiles(sample) }))
    .toSorted((a, b) => b.n - a.n);
}

/** Returns in how many exchanges the authenticator waited for the user. */
export const countTouches = (cases: readonly ReportCase[]): number =>
  cases.flatMap(({ exchanges = [] }) => exchanges).filter(({ waitedForUser }) => waitedForUser).length;
