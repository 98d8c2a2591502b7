/** Counts of a run on a relying party, by what went wrong and how bad it is. */
import { consequenceOf } from './consequences.ts';
import type { RelyingPartyCase } from './relying-party-case.ts';
import type { Severity } from './rules/rule.ts';
import type { RelyingPartyCaseResult } from './run-case.ts';

/** What went wrong: an invalid response was accepted (with the severity), a valid one was refused, or the target crashed. */
type Mistake = Severity | 'wrongly-refused' | 'crashed';

export interface Score {
  cases: number;
  /** Cases with the expected outcome. */
  passed: number;
  mistakes: Record<Mistake, number>;
  notApplicable: number;
  /** Cases that could not be tested, mostly because the valid ceremony is refused as well. */
  inconclusive: number;
}

/** Returns the counts; `results` belong to `cases` by their ids. */
export function scoreResults(cases: readonly RelyingPartyCase[], results: readonly RelyingPartyCaseResult[]): Score {
  const byId = new Map(cases.map((one) => [one.id, one]));
  const mistakes: Score['mistakes'] = {
    'account-takeover': 0,
    attestation: 0,
    interoperability: 0,
    hygiene: 0,
    'wrongly-refused': 0,
    crashed: 0,
  };
  for (const { id, verdict, outcome } of results)
    if (verdict === 'fail') mistakes[mistakeOf(byId.get(id), outcome)] += 1;
  const count = (name: RelyingPartyCaseResult['verdict']) => results.filter(({ verdict }) => verdict === name).length;
  return {
    cases: results.length,
    passed: count('pass'),
    mistakes,
    notApplicable: count('not-applicable'),
    inconclusive: count('inconclusive'),
  };
}

/** A case that violates several rules counts for the first, in the order of the specification. */
export function mistakeOf(one: RelyingPartyCase | undefined, outcome: RelyingPartyCaseResult['outcome']): Mistake {
  if (outcome?.verdict === 'crashed') return 'crashed';
  const consequence = one && consequenceOf(one);
  if (one?.ceremony === 'api' && consequence) return consequence.severity;
  return consequence && outcome?.verdict === 'accepted' ? consequence.severity : 'wrongly-refused';
}
