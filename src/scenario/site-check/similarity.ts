/** How similar names on a page, paths and requests are to what a site file expects. */
import { distance } from 'fastest-levenshtein';

/** The similarity of two texts if one contains the other. */
const contained = 0.8;
/** Texts are compared up to this length; longer ones are not names. */
const maxLength = 120;

/** Returns 1 for texts that differ in case and punctuation only, and 0 for texts that have nothing in common. */
export function similarity(one: string, other: string): number {
  const [a, b] = [normalize(one), normalize(other)];
  if (a === b) return 1;
  if (a === '' || b === '') return 0;
  const edits = 1 - distance(a, b) / Math.max(a.length, b.length);
  const isContained = a.includes(b) || b.includes(a);
  return Math.max(edits, sharedWords(a, b), isContained ? contained : 0);
}

const normalize = (text: string): string =>
  text
    .slice(0, maxLength)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** Returns the part of the words of both texts that the other one has too (the coefficient of Dice). */
function sharedWords(one: string, other: string): number {
  const [a, b] = [new Set(one.split(' ')), new Set(other.split(' '))];
  const shared = [...a].filter((word) => b.has(word)).length;
  return (2 * shared) / (a.size + b.size);
}

/** Returns up to `count` items with the highest scores. Items with equal scores stay in their order. */
export const bestOf = <T>(items: readonly T[], score: (item: T) => number, count: number): T[] =>
  items
    .map((item) => ({ item, score: score(item) }))
    .toSorted((a, b) => b.score - a.score)
    .slice(0, count)
    .map(({ item }) => item);
