/** Hints for misspelt words: the most similar known word, or the list of allowed words. */
import { distance } from 'fastest-levenshtein';

/** Removes differences that do not make another word: case, dashes, underscores. */
const fold = (word: string): string => word.toLowerCase().replace(/[-_ ./]/g, '');

/** Returns the most similar candidate, the first one of several; undefined if none is similar enough. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const folded = fold(word.slice(0, 100));
  const tolerance = folded.length < 3 ? 0 : Math.ceil(folded.length / 3);
  let best: { candidate: string; edits: number } | undefined;
  for (const candidate of candidates) {
    const edits = distance(folded, fold(candidate));
    if (edits <= tolerance && edits < (best?.edits ?? Number.POSITIVE_INFINITY)) best = { candidate, edits };
  }
  return best?.candidate;
}

/** A longer list is not shown beside a suggestion. */
const maxListLength = 20;

/** Returns the hint for an unknown word: a suggestion, the allowed words, or both. */
export function hintFor(word: string, allowed: readonly string[]): string | undefined {
  const suggestion = nearest(word, allowed);
  const isListShown = allowed.length > 0 && (suggestion === undefined || allowed.length <= maxListLength);
  const list = isListShown ? `Allowed: ${allowed.join(', ')}` : undefined;
  return [suggestion && `Did you mean "${suggestion}"?`, list].filter(Boolean).join(' ') || undefined;
}
