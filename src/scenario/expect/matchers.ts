/** Compares expected values of a scenario with observed values. */
import { isDeepStrictEqual } from 'node:util';
import type { Comparison } from '../language/schema/units.ts';

/** Returns true if `actual` meets `expected`. */
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

/** The same value, or a number that meets a comparison such as `>= 1`. */
export const same: Matcher = (expected, actual) =>
  isComparison(expected)
    ? typeof actual === 'number' && compare[expected.comparator](actual, expected.value)
    : isDeepStrictEqual(expected, actual);

/** The same members, in any order. */
export const sameSet: Matcher = (expected, actual) =>
  isDeepStrictEqual(asList(expected).toSorted(), asList(actual).toSorted());

/** One of several allowed values. */
export const oneOf: Matcher = (expected, actual) => asList(expected).some((allowed) => same(allowed, actual));

/** All expected names occur in this order; other names may occur between them. */
export const orderedSubset: Matcher = (expected, actual) => {
  const rest = asList(actual)[Symbol.iterator]();
  return asList(expected).every((name) => {
    for (let next = rest.next(); !next.done; next = rest.next()) if (includesName(name, next.value)) return true;
    return false;
  });
};

/** None of the names occurs. */
export const noneOf: Matcher = (expected, actual) =>
  !asList(expected).some((name) => asList(actual).some((value) => includesName(name, value)));

/** The text contains each expected text, after both were normalized. */
export const contains: Matcher = (expected, actual) =>
  asList(expected).every((text) => normalizeText(String(actual)).includes(normalizeText(String(text))));

/** Joins white space to one space, straightens quotes, and ignores case. */
export const normalizeText = (text: string): string =>
  text.replace(/\s+/g, ' ').replace(/[‘’]/g, "'").replace(/[“”]/g, '"').toLowerCase();

/** At most this number of milliseconds. */
export const atMost: Matcher = (expected, actual) => typeof actual === 'number' && actual <= Number(expected);

/** The same name; `clientPIN` includes all of its subcommands. */
const includesName = (expected: unknown, actual: unknown): boolean =>
  expected === actual ||
  (typeof actual === 'string' && typeof expected === 'string' && actual.startsWith(`${expected}/`));
