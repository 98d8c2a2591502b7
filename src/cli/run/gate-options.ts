/** Options that let a run fail although every case passed. */
import type { Command } from 'commander';
import { parseCount } from '../commands/option-parsers.ts';

export interface GateOptions {
  failOnFlaky?: boolean;
  failOnSkipped?: boolean;
  /** Whether a budget without a verdict counts as exceeded. */
  failOnInconclusive?: boolean;
  /** Number of cases that must have run. */
  minCases?: number;
}

export const withGateOptions = (command: Command): Command =>
  command
    .option('--fail-on-flaky', 'Exit with code 1 if a case passed only after a retry', false)
    .option('--fail-on-skipped', 'Exit with code 1 if a case was skipped', false)
    .option('--fail-on-inconclusive', 'Exit with code 4 if a performance budget has no verdict', false)
    .option(
      '--min-cases <count>',
      'Exit with code 1 if fewer cases ran; 0 permits a selection without cases',
      parseCount,
    );
