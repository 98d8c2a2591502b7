/**
 * The order of cases with the fewest resets: a reset costs a power cycle and a touch. Cases that need no reset come first, while the
 * authenticator still has what a reset deletes, then those that need one each.
 */
import { credentialsOfCase } from '../connected/authenticator-state.ts';
import { hasBuiltInUv } from '../preconditions.ts';
import { idOfCase, type TestCase } from '../run-case.ts';
import type { Effort } from './effort.ts';

/** Returns the same cases in another order. `efforts` has the effort of each case by its id. */
export function orderCases(cases: readonly TestCase[], efforts: ReadonlyMap<string, Effort>): TestCase[] {
  const phases = groupByPhase(cases, efforts);
  const [firstSetsPin, ...laterSetPin] = phases['sets-pin'];
  return [
    ...phases['keeps-no-pin'].filter(needsVerification),
    ...phases['keeps-no-pin'].filter((test) => !needsVerification(test)),
    ...(firstSetsPin ? [firstSetsPin] : []),
    ...phases['keeps-pin'],
    ...phases['ends-with-reset'],
    ...takeTurns(laterSetPin, [...phases['changes-with-pin'], ...phases['locks-pin']]),
    ...phases['changes-without-pin'],
  ];
}

/** Whether a case needs fingerprints: it comes before those that may fill the authenticator, which makes a reset necessary. */
const needsVerification = ({ requirement, variant }: TestCase): boolean =>
  [...requirement.preconditions, ...(variant?.preconditions ?? [])].includes(hasBuiltInUv);

/** What a case does to the state of the authenticator. */
type Phase =
  | 'keeps-no-pin'
  | 'sets-pin'
  | 'keeps-pin'
  | 'ends-with-reset'
  | 'changes-with-pin'
  | 'locks-pin'
  | 'changes-without-pin';

function groupByPhase(cases: readonly TestCase[], efforts: ReadonlyMap<string, Effort>): Record<Phase, TestCase[]> {
  const phases: Record<Phase, TestCase[]> = {
    'keeps-no-pin': [],
    'sets-pin': [],
    'keeps-pin': [],
    'ends-with-reset': [],
    'changes-with-pin': [],
    'locks-pin': [],
    'changes-without-pin': [],
  };
  for (const test of cases) phases[phaseOf(test, efforts.get(idOfCase(test)))].push(test);
  return phases;
}

function phaseOf({ requirement }: TestCase, effort: Effort | undefined): Phase {
  const startsWithPin = requirement.state === 'pin';
  if (!effort) return startsWithPin ? 'keeps-pin' : 'keeps-no-pin';
  const { changes, endsWithPin, endsLocked } = effort;
  const fillsUp = changes.storedCredentials > credentialsOfCase;
  if (changes.needsReset || fillsUp || requirement.withoutCredentials)
    return startsWithPin ? 'changes-with-pin' : 'changes-without-pin';
  if (changes.wasReset && !endsWithPin) return 'ends-with-reset';
  if (startsWithPin) return endsLocked ? 'locks-pin' : 'keeps-pin';
  return endsWithPin ? 'sets-pin' : 'keeps-no-pin';
}

/** A case that sets the PIN needs a reset before it; the case with a PIN after it needs none. */
function takeTurns(first: readonly TestCase[], second: readonly TestCase[]): TestCase[] {
  const turns = Array.from({ length: Math.max(first.length, second.length) }, (_, index) => index);
  return turns.flatMap((index) => [first[index], second[index]].filter((test) => test !== undefined));
}
