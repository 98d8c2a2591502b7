/** "Did you mean": the known word nearest to a misspelt one. The only door to fastest-levenshtein. */
import { distance } from 'fastest-levenshtein';

/** Spelling that people mix up without meaning a different word: case, dashes, underscores. */
const folded = (word: string): string => word.toLowerCase().replace(/[-_ ./]/g, '');

/** The nearest of `candidates`, or undefined when none is near enough to be meant. Ties go to the first one. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const wanted = folded(word.slice(0, 100));
  const tolerance = wanted.length < 3 ? 0 : Math.ceil(wanted.length / 3);
  let best: { candidate: string; away: number } | undefined;
  for (const candidate of candidates) {
    const away = distance(wanted, folded(candidate));
    if (away <= tolerance && away < (best?.away ?? Number.POSITIVE_INFINITY)) best = { candidate, away };
  }
  return best?.candidate;
}

/** Beside a good guess, a longer list would only hide it. */
const longList = 20;

/** The hint under an unknown word: the nearest known one, or what is allowed. */
export function hintFor(word: string, allowed: readonly string[]): string | undefined {
  const meant = nearest(word, allowed);
  const isReadable = allowed.length > 0 && (meant === undefined || allowed.length <= longList);
  const list = isReadable ? `allowed here: ${allowed.join(', ')}` : undefined;
  return [meant && `did you mean "${meant}"?`, list].filter(Boolean).join(' ') || undefined;
}
