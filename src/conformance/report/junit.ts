/**
 * JUnit XML of a conformance run: one suite for each target and group, one test for each case. A violation is a `failure`, an
 * inconclusive case an `error`; a case that is not applicable or waived is `skipped`, with the reason. What is known about the requirement
 * is in the output of its case, because the schema of Jenkins' xUnit plugin allows no properties there.
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
  const { skipped: _, ...counts } = countOutcomes(cases); // the schema has no attribute for skipped cases of a run
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: `Touchstone ${run.id}`, ...counts, time })}>`,
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
  const facts = Object.entries({ requirement: title, source, level, severity });
  const lines = facts.flatMap(([name, value]) => (value ? `[[PROPERTY|${name}=${value}]]` : []));
  return [
    `    <testcase${head}>`,
    ...outcome(one),
    `      <system-out>${text([...lines, ...observationOf(one)].join('\n'))}</system-out>`,
    '    </testcase>',
  ].join('\n');
}

const observationOf = ({ verdict, message }: ReportCase): string[] =>
  verdict === 'observation' ? [`${verdict}: ${message}`] : [];

function outcome({ verdict, message, evidence }: ReportCase): string[] {
  const body = [message, ...evidence.map(({ name, text: value }) => `${name}: ${value}`)].join('\n');
  switch (verdict) {
    case 'pass':
    case 'observation':
      return [];
    case 'fail':
      return [`      <failure${attributes({ message, type: verdict })}>${text(body)}</failure>`];
    case 'inconclusive':
      return [`      <error${attributes({ message, type: verdict })}>${text(body)}</error>`];
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
