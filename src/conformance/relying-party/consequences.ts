/** What it means that a relying party fails a case. */
import type { Consequence, RelyingPartyCase } from './relying-party-case.ts';
import { ruleOf } from './rules.ts';

/** Returns what the acceptance of a case means; undefined if the case violates no rule. The first of several rules counts. */
export function consequenceOf({ rules, consequence }: Pick<RelyingPartyCase, 'rules' | 'consequence'>) {
  const [first] = rules;
  if (first === undefined) return undefined;
  const { severity, weakness } = ruleOf(first);
  return consequence ?? ({ severity, weakness } satisfies Consequence);
}
