/**
 * JUnit XML in the Surefire variant that Jenkins and GitLab read: `failure` for a failed case, `error` for an infrastructure error,
 * `flakyFailure` for failed attempts before a pass, `[[ATTACHMENT|path]]` in system-out. One suite for each scenario file.
 * GitLab drops cases with equal names, so every name contains its matrix coordinates and is unique. The schema of Jenkins' xUnit plugin
 * (junit-10.xsd) allows neither properties nor a position in a case: they are lines `[[PROPERTY|name=value]]` of its output.
 */
import type { BudgetResult, BudgetVerdict } from '#result/budget.ts';
import type { CaseResult, Failure, RunResult } from '#result/run-result.ts';
import { firstLine, formatLocation, formatMs, leadingFailure, summaryLine } from './format.ts';
import { groupBy } from './group-by.ts';
import { attributes, properties, seconds, text } from './xml.ts';

export function renderJunit(result: RunResult): string {
  const names = uniqueNames(result.cases);
  const suites = groupBy(result.cases, ({ location }) => location.file);
  const { skipped: _, ...counts } = countOutcomes(result.cases); // the schema has no attribute for skipped cases of a run
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: `Touchstone ${result.run.id}`, ...counts, time: seconds(result.run.durationMs) })}>`,
    ...[...suites].map(([file, cases]) => suite(file, cases, names, result)),
    ...(result.budgets?.length ? [budgetSuite(result.budgets, result)] : []),
    ...(result.errors?.length ? [runErrors(result.errors, result)] : []),
    '</testsuites>',
    '',
  ].join('\n');
}

function suite(file: string, cases: readonly CaseResult[], names: Map<CaseResult, string>, { run }: RunResult): string {
  const time = seconds(cases.reduce((sum, { durationMs }) => sum + durationMs, 0));
  return [
    `  <testsuite${attributes({ name: file, ...countOutcomes(cases), time, timestamp: run.startedAt, file })}>`,
    ...properties(
      { run: run.id, touchstone: run.touchstone, node: run.node, platform: run.platform, seed: run.seed },
      '    ',
    ),
    ...cases.map((result) => testCase(result, names.get(result) ?? result.title, run.folder)),
    '  </testsuite>',
  ].join('\n');
}

function testCase(result: CaseResult, name: string, folder: string | undefined): string {
  const { location } = result;
  const classname = location.file.replace(/\.[^./]+$/, '').replaceAll('/', '.');
  const head = attributes({ classname, name, time: seconds(result.durationMs) });
  const place = `${location.file}:${location.line}`;
  const facts = Object.entries({ id: result.id, location: place, tags: result.tags.join(' '), ...result.parties });
  const lines = facts.flatMap(([key, value]) => (value ? `[[PROPERTY|${key}=${value}]]` : []));
  const attached = result.attachments.map(({ path }) => `[[ATTACHMENT|${folder ? `${folder}/${path}` : path}]]`);
  return [
    `    <testcase${head}>`,
    ...outcome(result),
    `      <system-out>${text([timing(result), ...lines, ...attached].join('\n'))}</system-out>`,
    '    </testcase>',
  ].join('\n');
}

const timing = ({ machineMs, gestureMs, attempts }: CaseResult): string =>
  `machine ${formatMs(machineMs)}, gesture ${formatMs(gestureMs)}, attempts ${attempts}`;

function outcome({ verdict, failures, notes }: CaseResult): string[] {
  if (verdict === 'passed') return [];
  if (verdict === 'skipped' || verdict === 'waived') return [`      <skipped${attributes({ message: notes?.[0] })}/>`];
  if (verdict === 'flaky') return failures.map(flakyFailure);
  const leading = leadingFailure({ failures }) ?? { message: notes?.[0] ?? verdict };
  const ofLastAttempt = failures.filter(({ attempt }) => attempt === leading.attempt);
  const body = (ofLastAttempt.length > 0 ? ofLastAttempt : [leading]).map(details).join('\n\n');
  const element = verdict === 'failed' ? 'failure' : 'error';
  const head = attributes({ message: summaryLine(leading.message), type: verdict });
  return [`      <${element}${head}>${text(body)}</${element}>`];
}

const flakyFailure = (failure: Failure): string =>
  `      <flakyFailure${attributes({ message: summaryLine(failure.message), type: 'flaky' })}><stackTrace>${text(details(failure))}</stackTrace></flakyFailure>`;

const details = ({ message, location, codeFrame, stack }: Failure): string =>
  [location && formatLocation(location), message, codeFrame, stack].filter(Boolean).join('\n\n');

/** Budgets form their own suite: an exceeded one is a failure, and one without a verdict is skipped. */
function budgetSuite(budgets: readonly BudgetResult[], { run }: RunResult): string {
  const count = (verdict: BudgetVerdict) => budgets.filter((budget) => budget.verdict === verdict).length;
  const counts = { tests: budgets.length, failures: count('failed'), errors: 0, skipped: count('inconclusive') };
  const element = { passed: undefined, failed: 'failure', inconclusive: 'skipped' } as const;
  const cases = budgets.map(({ caseId, subject, statistic, verdict, message }) => {
    const name = `${caseId}: ${subject}.${statistic}`;
    const head = attributes({ classname: 'touchstone.budgets', name, time: '0' });
    const outcome = element[verdict] ? `<${element[verdict]}${attributes({ message, type: verdict })}/>` : '';
    return `    <testcase${head}>${outcome}</testcase>`;
  });
  return [
    `  <testsuite${attributes({ name: 'budgets', ...counts, time: '0', timestamp: run.startedAt })}>`,
    ...cases,
    '  </testsuite>',
  ].join('\n');
}

/** Errors outside any case form their own suite; without it CI systems would show the run as passed. */
function runErrors(errors: readonly Failure[], { run }: RunResult): string {
  const cases = errors.map(
    (error, index) =>
      `    <testcase${attributes({ classname: 'touchstone.run', name: `run error ${index + 1}`, time: '0' })}><error${attributes({ message: firstLine(error.message), type: 'errored' })}>${text(details(error))}</error></testcase>`,
  );
  const counts = { tests: errors.length, failures: 0, errors: errors.length, skipped: 0 };
  return [
    `  <testsuite${attributes({ name: 'run', ...counts, time: '0', timestamp: run.startedAt })}>`,
    ...cases,
    '  </testsuite>',
  ].join('\n');
}

function countOutcomes(cases: readonly CaseResult[]) {
  const number = (...counted: CaseResult['verdict'][]) =>
    cases.filter(({ verdict }) => counted.includes(verdict)).length;
  return {
    tests: cases.length,
    failures: number('failed'),
    errors: number('errored', 'interrupted'),
    skipped: number('skipped', 'waived'),
  };
}

/** Returns the title with the coordinates; the id is added when that is not unique within a file. */
function uniqueNames(cases: readonly CaseResult[]): Map<CaseResult, string> {
  const baseName = (result: CaseResult) => {
    const coordinates = Object.values(result.parties).join(', ');
    return coordinates ? `${result.title} [${coordinates}]` : result.title;
  };
  const groups = groupBy(cases, (result) => `${result.location.file}\n${baseName(result)}`);
  return new Map(
    [...groups.values()].flatMap((same) =>
      same.map((result) => [result, same.length > 1 ? `${baseName(result)} (${result.id})` : baseName(result)]),
    ),
  );
}
