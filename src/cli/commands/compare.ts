/** `touchstone compare`: which verdicts changed between two runs, and which phases are slower or faster. */
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { createColours } from '#report/colour.ts';
import { defaultCompareOptions } from '#report/compare/compare-phases.ts';
import {
  compareRuns,
  isInconclusive,
  missingCases,
  type RunComparison,
  slowerPhases,
  worseCases,
} from '#report/compare/compare-runs.ts';
import { renderComparisonPage } from '#report/compare/html.ts';
import { renderComparison } from '#report/compare/terminal.ts';
import { findRun } from '#report/find-result.ts';
import { writeAtomically } from '#report/write-atomically.ts';
import { exitCode } from '../exit-codes.ts';
import { parseConfidence, parseMilliseconds, parseRatio } from './option-parsers.ts';

interface CompareCommandOptions {
  maxRatio: number;
  confidence: number;
  minDifference: number;
  allowRemoved: boolean;
  failOnInconclusive: boolean;
  html?: string;
  json: boolean;
  output: string;
}

export const compareCommand = (finish: (code: number) => void) =>
  new Command('compare')
    .argument('<before>', 'The run to compare with: its folder, result file or id')
    .argument('[after]', 'The run to compare', 'latest')
    .option(
      '--max-ratio <ratio>',
      'Largest permitted ratio of the time of a phase, after / before',
      parseRatio,
      defaultCompareOptions.maxRatio,
    )
    .option(
      '--confidence <share>',
      'Probability that an interval contains the true ratio',
      parseConfidence,
      defaultCompareOptions.confidence,
    )
    .addOption(
      new Option('--min-difference <duration>', 'Ignore changes of a median that are smaller')
        .argParser(parseMilliseconds)
        .default(defaultCompareOptions.minDifferenceMs, '1ms'),
    )
    .option('--allow-removed', 'Permit that the later run lacks cases that passed before', false)
    .option('--fail-on-inconclusive', 'Exit with code 4 if a phase of machine time has no verdict', false)
    .option('--html <file>', 'Write the comparison as an HTML page, too')
    .option('--json', 'Print the comparison as JSON', false)
    .option('-o, --output <folder>', 'Folder of all reports, where runs are found by id', 'reports')
    .action(async (before: string, after: string, options: CompareCommandOptions) =>
      finish(await compare(before, after, options)),
    );

async function compare(before: string, after: string, options: CompareCommandOptions): Promise<number> {
  const { maxRatio, confidence, minDifference: minDifferenceMs } = options;
  const [earlier, later] = [await findRun(before, options.output), await findRun(after, options.output)];
  const comparison = compareRuns(earlier.result, later.result, { maxRatio, confidence, minDifferenceMs });
  if (options.html !== undefined) {
    await mkdir(dirname(resolve(options.html)), { recursive: true });
    await writeAtomically(options.html, renderComparisonPage(comparison));
  }
  if (options.json) console.log(JSON.stringify(comparison, null, 2));
  else for (const line of ['', ...renderComparison(comparison, createColours()), '']) console.log(line);
  return exitCodeOf(comparison, options);
}

/** A case that does not pass any more is more important than a slower phase. */
function exitCodeOf(
  comparison: RunComparison,
  { allowRemoved, failOnInconclusive }: Pick<CompareCommandOptions, 'allowRemoved' | 'failOnInconclusive'>,
): number {
  const broken = [...worseCases(comparison), ...(allowRemoved ? [] : missingCases(comparison))];
  if (broken.length > 0) return exitCode.failed;
  const isBudgetBroken = slowerPhases(comparison).length > 0 || (failOnInconclusive && isInconclusive(comparison));
  return isBudgetBroken ? exitCode.budget : exitCode.passed;
}
