/** Parsers for command-line options; each throws commander's InvalidArgumentError, which ends the process with exit code 2. */
import { InvalidArgumentError } from 'commander';
import { durationExamples, parseDuration } from '#base/durations.ts';
import { messageOf } from '#base/errors.ts';

/** Collects the values of an option that may be given several times. */
export const collect = (value: string, previous: readonly string[] = []): string[] => [...previous, value];

/** Returns a port number; 0 means any free port. */
export function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 0xffff)
    throw new InvalidArgumentError('Expected a port number from 0 to 65535.');
  return Number(text);
}

export function parseCount(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}

export function parsePositive(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('Expected a whole number of at least 1.');
  return Number(text);
}

/** Returns the duration in milliseconds. */
export function parseMilliseconds(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError(`Expected a duration such as ${durationExamples}.`);
  return ms;
}

/** Returns a regular expression that ignores case. */
export function parsePattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch (error) {
    throw new InvalidArgumentError(`${messageOf(error)}.`);
  }
}

/** Returns a ratio of at least 1, e.g. 1.05. */
export function parseRatio(text: string): number {
  const ratio = Number(text);
  if (!/^\d+(?:\.\d+)?$/.test(text) || ratio < 1)
    throw new InvalidArgumentError('Expected a number of at least 1, e.g. 1.05.');
  return ratio;
}

/** Returns a probability between 0 and 1, e.g. 0.9. */
export function parseConfidence(text: string): number {
  const share = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || share <= 0 || share >= 1)
    throw new InvalidArgumentError('Expected a number between 0 and 1, e.g. 0.9.');
  return share;
}
