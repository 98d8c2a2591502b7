/** `touchstone baseline`: stores the times of a run as the baseline for budgets of later runs. */
import { Command, InvalidArgumentError } from 'commander';
import { UsageError } from '#base/errors.ts';
import { baselinesOf, storeBaselines } from '#report/budgets/baseline-files.ts';
import { describeEnvironment } from '#report/compare/environment.ts';
import { findRun } from '#report/find-result.ts';
import { count } from '#report/format.ts';
import { minSampleSize } from '#result/bootstrap.ts';

interface BaselineOptions {
  baselines: string;
  output: string;
}

export const baselineCommand = () =>
  new Command('baseline')
    .argument('<name>', 'Name of the baseline in budgets, e.g. main', parseName)
    .argument('[run]', 'The run with the times: its folder, result file or id', 'latest')
    .option('--baselines <folder>', 'Folder of the stored baselines', 'baselines')
    .option('-o, --output <folder>', 'Folder of all reports, where runs are found by id', 'reports')
    .action(storeBaseline);

async function storeBaseline(name: string, run: string, options: BaselineOptions): Promise<void> {
  const { result } = await findRun(run, options.output);
  const baselines = baselinesOf(result);
  if (baselines.length === 0)
    throw new UsageError(
      `Cannot store a baseline: no case of the run ${result.run.id} passed ${minSampleSize} times or more (measure.repeat or --repeat)`,
    );
  const path = await storeBaselines(options.baselines, name, baselines);
  const environments = new Set(baselines.map(({ environment }) => describeEnvironment(environment)));
  console.log(`${path}: ${count(baselines.length, 'case')} of the run ${result.run.id}`);
  for (const environment of environments) console.log(`  ${environment}`);
}

function parseName(text: string): string {
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(text))
    throw new InvalidArgumentError('Expected lower-case letters, digits, dots and dashes.');
  return text;
}
