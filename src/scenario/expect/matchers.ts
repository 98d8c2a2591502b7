/** How an expected value of a scenario is held against what was observed. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { Comparison } from '../language/schema/units.ts';

/** Holds `expected` against `actual`; true when it is met. */
export type Matcher = (expected: unknown, actual: unknown) => boolean;

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

const isComparison = (value: unknown): value is Comparison =>
  typeof value === 'object' && value !== null && 'comparator' in value;

const compare: Record<Comparison['comparator'], (a: number, b: number) => boolean> = {
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '!=': (a, b) => a !== b,
};

/** The same value, or a condition such as `>= 1` that holds. */
export const same: Matcher = (expected, actual) =>
  isComparison(expected)
    ? typeof actual === 'number' && compare[expected.comparator](actual, expected.value)
    : isDeepStrictEqual(expected, actual);

/** The same members, whatever their order. */
export const sameSet: Matcher = (expected, actual) =>
  isDeepStrictEqual(asList(expected).toSorted(), asList(actual).toSorted());

/** One of several allowed values. */
export const oneOf: Matcher = (expected, actual) => asList(expected).some((allowed) => same(allowed, actual));

/** All of it happened, in this order; other things may lie between. */
export const orderedSubset: Matcher = (expected, actual) => {
  const rest = asList(actual)[Symbol.iterator]();
  return asList(expected).every((wanted) => {
    for (let next = rest.next(); !next.done; next = rest.next()) if (stands(wanted, next.value)) return true;
    return false;
  });
};

/** None of it happened. */
export const noneOf: Matcher = (expected, actual) =>
  !asList(expected).some((unwanted) => asList(actual).some((value) => stands(unwanted, value)));

/** The text contains each of the expected ones; white space counts as one space, straight and curly quotes are the same. */
export const contains: Matcher = (expected, actual) =>
  asList(expected).every((wanted) => plain(String(actual)).includes(plain(String(wanted))));

export const plain = (text: string): string =>
  text.replace(/\s+/g, ' ').replace(/[‘’]/g, "'").replace(/[“”]/g, '"').toLowerCase();

/** At most so many milliseconds. */
export const atMost: Matcher = (expected, actual) => typeof actual === 'number' && actual <= Number(expected);

/** `clientPIN` stands for each of its sub-commands. */
const stands = (wanted: unknown, found: unknown): boolean =>
  wanted === found || (typeof found === 'string' && typeof wanted === 'string' && found.startsWith(`${wanted}/`));
