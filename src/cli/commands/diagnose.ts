/** `touchstone diagnose`: names the first reason why a user cannot register a passkey, from a run or from answers. */
import { relative, resolve } from 'node:path';
import { Command } from 'commander';
import pc from 'picocolors';
import { UsageError } from '#base/errors.ts';
import { causes } from '#diagnosis/causes.ts';
import { diagnose } from '#diagnosis/diagnose.ts';
import type { Facts } from '#diagnosis/facts.ts';
import { readCase } from '#diagnosis/facts-from-case.ts';
import { readAnswers } from '#diagnosis/read-answers.ts';
import { findRun } from '#report/find-result.ts';
import { count } from '#report/format.ts';
import type { CaseResult } from '#result/run-result.ts';
import { renderDiagnostics } from '#scenario/language/diagnostics.ts';
import { describeCauses, describeDiagnosis, diagnosisAsJson } from '../diagnose/describe-diagnosis.ts';
import { exitCode } from '../exit-codes.ts';
import { readText } from '../run/read-text.ts';
import { alignColumns } from '../table.ts';

interface DiagnoseOptions {
  case?: string;
  answers?: string;
  list: boolean;
  json: boolean;
}

export const diagnoseCommand = (finish: (code: number) => void) =>
  new Command('diagnose')
    .argument('[run]', 'Folder, result file or id of a run (default: reports/latest)')
    .option('--case <id>', 'Explain the attempt of this case in full')
    .option(
      '--answers <file>',
      'YAML file with what is known about policy, user, page, browser and key, instead of a run',
    )
    .option('--list', 'List all causes in the order of the registration flow', false)
    .option('--json', 'Print JSON', false)
    .action(async (run: string | undefined, options: DiagnoseOptions) => {
      if (options.list) return printCauses(options);
      if (options.answers !== undefined && run !== undefined)
        throw new UsageError('Cannot diagnose a run and answers at once: give either a run or --answers');
      if (options.answers !== undefined) return finish(diagnoseAnswers(options.answers, options));
      await diagnoseRun(run ?? 'reports/latest', options);
    });

function printCauses({ json }: DiagnoseOptions): void {
  const all = causes.map(({ id, layer, title, advice, source }) => ({ id, layer, title, advice, source }));
  console.log(json ? JSON.stringify(all, null, 2) : describeCauses());
}

function diagnoseAnswers(file: string, options: DiagnoseOptions): number {
  const text = readText(file, `the answers file ${file}`);
  const name = relative(process.cwd(), resolve(file));
  const read = readAnswers(text, name);
  if ('facts' in read) {
    printDiagnosis(read.facts, options);
    return exitCode.passed;
  }
  const paint = { error: pc.red, dim: pc.dim };
  console.error(renderDiagnostics(read.diagnostics, { sources: new Map([[name, text]]), paint }));
  return exitCode.usage;
}

async function diagnoseRun(run: string, options: DiagnoseOptions): Promise<void> {
  const { result } = await findRun(run, 'reports');
  if (options.case !== undefined) return diagnoseCase(findCase(result.cases, options.case), options);
  const ran = result.cases.filter(({ verdict }) => verdict !== 'skipped' && verdict !== 'interrupted');
  const attempts = ran.map((one) => ({ id: one.id, ...readCase(one) }));
  const failed = attempts.filter(({ isRegistered }) => !isRegistered);
  if (options.json) {
    const diagnoses = failed.map(({ id, facts }) => ({ case: id, ...diagnosisAsJson(diagnose(facts), facts) }));
    console.log(JSON.stringify(diagnoses, null, 2));
    return;
  }
  const notRun = result.cases.length - ran.length;
  const rest = notRun > 0 ? ` ${count(notRun, 'case')} did not run.` : '';
  console.log(`${attempts.length - failed.length} of ${count(attempts.length, 'case')} registered a passkey.${rest}`);
  if (failed.length === 0) return;
  const rows = failed.map(({ id, facts }) => {
    const first = diagnose(facts).first?.cause;
    return [id, first?.id ?? '-', first?.title ?? 'No cause found'];
  });
  console.log(`\n${alignColumns([['CASE', 'FIRST CAUSE', 'MEANING'], ...rows])}`);
}

function findCase(cases: readonly CaseResult[], id: string): CaseResult {
  const found = cases.find((one) => one.id === id);
  if (found) return found;
  throw new UsageError(`Cannot diagnose the case ${id}: the run has no case with this id`);
}

function diagnoseCase(one: CaseResult, options: DiagnoseOptions): void {
  const { isRegistered, facts } = readCase(one);
  if (isRegistered && !options.json) console.log(`${one.id} registered a passkey.`);
  else printDiagnosis(facts, options);
}

function printDiagnosis(facts: Facts, { json }: DiagnoseOptions): void {
  const diagnosis = diagnose(facts);
  console.log(json ? JSON.stringify(diagnosisAsJson(diagnosis, facts), null, 2) : describeDiagnosis(diagnosis, facts));
}
