/** The cases that drive unmodified browsers, which only the kernel lab can run. */
import { UsageError } from '#base/errors.ts';
import { count } from '#report/format.ts';
import { type ExpandedCase, needsLab } from '#scenario/language/expanded-case.ts';
import { isInsideLab } from '../lab/inside-lab.ts';

/**
 * Returns the cases that can run on this machine and prints how many cannot.
 * @throws {UsageError} if none can, or if no case may be skipped.
 */
export function excludeLabCases(
  selected: readonly ExpandedCase[],
  { failOnSkipped = false, inLab = isInsideLab() }: { failOnSkipped?: boolean; inLab?: boolean } = {},
): ExpandedCase[] {
  const runnable = selected.filter((scenario) => inLab || !needsLab(scenario));
  const excluded = selected.length - runnable.length;
  if (excluded === 0) return runnable;
  const which = `${count(excluded, 'selected case')} with browser.stack: native`;
  const remedy = 'they need the kernel lab (touchstone run --lab)';
  if (runnable.length === 0) throw new UsageError(`Cannot run ${which} on this machine: ${remedy}`);
  if (failOnSkipped)
    throw new UsageError(
      `Cannot run ${which} on this machine, and --fail-on-skipped is given: ${remedy}. --exclude-tag leaves cases out`,
    );
  console.log(`Not running ${which}: ${remedy}`);
  return runnable;
}
