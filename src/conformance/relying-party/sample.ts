/** Selects a sample of the cases that a target can run. */
import type { RelyingPartyCase } from './relying-party-case.ts';
import { findMissingSupport } from './support.ts';
import type { RelyingPartyTarget } from './target.ts';

/**
 * Returns at most `size` cases that the target can run, in the order of the catalogue: about the same number of each group, at equal
 * distances within a group.
 */
export function sampleCases(
  cases: readonly RelyingPartyCase[],
  target: RelyingPartyTarget,
  size: number,
): RelyingPartyCase[] {
  const applicable = cases.filter((one) => findMissingSupport(one, target) === undefined);
  const names = [...new Set(applicable.map(({ group }) => group))];
  const groups = names.map((name) => applicable.filter(({ group }) => group === name));
  let left = size;
  const chosen = groups
    .toSorted((a, b) => a.length - b.length)
    .flatMap((group, index) => {
      const share = Math.min(group.length, Math.ceil(left / (groups.length - index)));
      left -= share;
      return Array.from({ length: share }, (_, number) => group[Math.floor((number * group.length) / share)]);
    });
  return applicable.filter((one) => chosen.includes(one));
}
