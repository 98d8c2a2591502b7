/** The verdicts of a requirement, and which of them fail a run. */

export const verdicts = {
  pass: { meaning: 'The party under test meets the requirement', failsRun: false },
  fail: { meaning: 'The party under test violates the requirement', failsRun: true },
  observation: {
    meaning:
      'The result is correct, but it differs from the specification in something that the specification does not demand',
    failsRun: false,
  },
  'not-applicable': { meaning: 'The party under test does not have what the requirement is about', failsRun: false },
  inconclusive: {
    meaning: 'The requirement could not be tested: a gesture, the device or the server was missing',
    failsRun: true,
  },
  waived: { meaning: 'The requirement is violated, and the file of expected failures lists it', failsRun: false },
} as const satisfies Record<string, { meaning: string; failsRun: boolean }>;

/** The verdict of a case: a key of `verdicts`. */
export type Verdict = keyof typeof verdicts;

/** What the check of a requirement returns. `waived` is decided afterwards, from the file of expected failures. */
export type CheckVerdict = Exclude<Verdict, 'waived'>;

/** Returns whether at least one of the verdicts fails a run. */
export const failsRun = (all: Iterable<Verdict>): boolean => [...all].some((verdict) => verdicts[verdict].failsRun);

/** The verdict of a run as a whole. A run without an applicable case has tested nothing, so it does not pass. */
export function overallVerdict(all: readonly Verdict[]): 'passed' | 'failed' | 'not-tested' {
  if (failsRun(all)) return 'failed';
  return all.some((verdict) => verdict !== 'not-applicable') ? 'passed' : 'not-tested';
}

/** Returns how often each verdict occurs. */
export function countVerdicts(all: Iterable<Verdict>): Record<Verdict, number> {
  const counts = Object.fromEntries(Object.keys(verdicts).map((name) => [name, 0])) as Record<Verdict, number>;
  for (const verdict of all) counts[verdict] += 1;
  return counts;
}
