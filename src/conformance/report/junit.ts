/**
 * JUnit XML of a conformance run: one suite for each target and group, one test for each case. A violation is a `failure`, an
 * inconclusive case an `error`; a case that is not applicable or waived is `skipped`, with the reason.
 */
import { groupBy } from '#report/group-by.ts';
import { attributes, properties, seconds, text } from '#report/xml.ts';
import { caseId } from '../case-result.ts';
import { groupOf } from '../catalogue-entry.ts';
import type { ConformanceReport, ReportCase, ReportRequirement } from './report-model.ts';

export function renderJunit(report: ConformanceReport): string {
  const { run, cases, targets } = report;
  const requirements = new Map(report.requirements.map((one) => [one.id, one]));
  const suites = groupBy(cases, ({ target, id }) => `${targets[target]?.name}: ${groupOf(id)}`);
  const time = seconds(run.durationMs);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: `Touchstone ${run.id}`, ...countOutcomes(cases), time })}>`,
    ...[...suites].map(([name, members]) => suite(name, members, requirements, report)),
    '</testsuites>',
    '',
  ].join('\n');
}

function suite(
  name: string,
  cases: readonly ReportCase[],
  requirements: ReadonlyMap<string, ReportRequirement>,
  { run, suite: kind, catalogue }: ConformanceReport,
): string {
  const time = seconds(cases.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0));
  const { touchstone, node, platform } = run;
  return [
    `  <testsuite${attributes({ name, ...countOutcomes(cases), time, timestamp: run.startedAt })}>`,
    ...properties({ run: run.id, touchstone, node, platform, catalogue: catalogue.sha256 }, '    '),
    ...cases.map((one) => testCase(one, kind, requirements.get(one.id))),
    '  </testsuite>',
  ].join('\n');
}

function testCase(one: ReportCase, kind: string, requirement: ReportRequirement | undefined): string {
  const classname = `${kind}.${groupOf(one.id)}`;
  const head = attributes({ classname, name: caseId(one), time: seconds(one.durationMs ?? 0) });
  const { title, document, section, level, severity } = requirement ?? {};
  const source = document && `${document} section ${section}`;
  return [
    `    <testcase${head}>`,
    ...properties({ requirement: title, source, level, severity }, '      '),
    ...outcome(one),
    '    </testcase>',
  ].join('\n');
}

function outcome({ verdict, message, evidence }: ReportCase): string[] {
  const body = [message, ...evidence.map(({ name, text: value }) => `${name}: ${value}`)].join('\n');
  switch (verdict) {
    case 'pass':
      return [];
    case 'fail':
      return [`      <failure${attributes({ message, type: verdict })}>${text(body)}</failure>`];
    case 'inconclusive':
      return [`      <error${attributes({ message, type: verdict })}>${text(body)}</error>`];
    case 'observation':
      return [`      <system-out>${text(`${verdict}: ${message}`)}</system-out>`];
    case 'not-applicable':
    case 'waived':
      return [`      <skipped${attributes({ message: `${verdict}: ${message}` })}/>`];
  }
}

function countOutcomes(cases: readonly ReportCase[]) {
  const number = (...counted: ReportCase['verdict'][]) =>
    cases.filter(({ verdict }) => counted.includes(verdict)).length;
  return {
    tests: cases.length,
    failures: number('fail'),
    errors: number('inconclusive'),
    skipped: number('not-applicable', 'waived'),
  };
}
