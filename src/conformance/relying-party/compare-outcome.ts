/** Compares what a target did with what a case expects. */
import { toBase64url } from '#base/bytes.ts';
import { consequenceOf } from './consequences.ts';
import type { SuiteCredential } from './make-ceremony.ts';
import type { RelyingPartyCase } from './relying-party-case.ts';
import type { Outcome } from './target.ts';

/** Returns what is wrong with the outcome, or undefined if it is the expected one, for the expected reason. */
export function compareOutcome(one: RelyingPartyCase, outcome: Outcome): string | undefined {
  const { expected, rules } = one;
  if (outcome.verdict === 'crashed')
    return `Expected a refusal with a reason, but the target crashed: ${outcome.detail}`;
  if (typeof expected === 'object') return undefined;
  if (expected === 'accept')
    return outcome.verdict === 'accepted' ? undefined : `Expected acceptance, got ${describeOutcome(outcome)}`;
  if (outcome.verdict === 'accepted')
    return ['Expected a refusal', consequenceOf(one)?.weakness].filter(Boolean).join(': ');
  const { rule } = outcome;
  if (rule === undefined || rules.some((id) => id === rule)) return undefined;
  return `Expected a refusal because of ${rules.join(' or ')}, got ${describeOutcome(outcome)}`;
}

export function describeOutcome(outcome: Outcome): string {
  if (outcome.verdict === 'accepted') return 'accepted';
  if (outcome.verdict === 'crashed') return `crashed (${outcome.detail})`;
  return ['refused', outcome.rule, outcome.detail].filter(Boolean).join(': ');
}

/** Whether the response of a case names another credential id than the one that the authenticator signed. */
export const namesOtherId = ({ rules, change }: RelyingPartyCase): boolean =>
  rules.includes('credential-id.same') && change.envelope !== undefined;

/** Returns a finding if the server has stored another id than the one that the authenticator signed. */
export function findUnsignedId(
  stored: readonly string[] | undefined,
  { id }: Pick<SuiteCredential, 'id'>,
): string | undefined {
  const signed = toBase64url(id);
  return !stored || stored.includes(signed)
    ? undefined
    : `Expected the id that the authenticator signed to be stored, ${signed}, found ${stored.join(', ')}`;
}
