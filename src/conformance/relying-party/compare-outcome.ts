/** Compares what a target did with what a case expects. */
import type { RelyingPartyCase } from './relying-party-case.ts';
import { ruleOf } from './rules.ts';
import type { Outcome } from './target.ts';

/** Returns what is wrong with the outcome, or undefined if it is the expected one, for the expected reason. */
export function compareOutcome({ expected, rules }: RelyingPartyCase, outcome: Outcome): string | undefined {
  if (outcome.verdict === 'crashed')
    return `Expected a refusal with a reason, but the target crashed: ${outcome.detail}`;
  if (typeof expected === 'object') return undefined;
  if (expected === 'accept')
    return outcome.verdict === 'accepted' ? undefined : `Expected acceptance, got ${describeOutcome(outcome)}`;
  const [first] = rules;
  if (outcome.verdict === 'accepted') return `Expected a refusal${first ? `: ${ruleOf(first).weakness}` : ''}`;
  const { rule } = outcome;
  if (rule === undefined || rules.some((id) => id === rule)) return undefined;
  return `Expected a refusal because of ${rules.join(' or ')}, got ${describeOutcome(outcome)}`;
}

export function describeOutcome(outcome: Outcome): string {
  if (outcome.verdict === 'accepted') return 'accepted';
  if (outcome.verdict === 'crashed') return `crashed (${outcome.detail})`;
  return ['refused', outcome.rule, outcome.detail].filter(Boolean).join(': ');
}
