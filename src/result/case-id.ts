/** Ids of repeated cases: the second repetition of `a` is `a#2`. */

export const repeatedCaseId = (id: string, repetition: number): string =>
  repetition === 1 ? id : `${id}#${repetition}`;

/** Returns the id without the number of the repetition. */
export const baseCaseId = (id: string): string => id.replace(/#\d+$/, '');
