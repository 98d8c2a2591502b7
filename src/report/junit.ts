/**
 * JUnit XML in the flavour of Surefire that Jenkins and GitLab read: `failure` for the product, `error` for a broken
 * machine, `flakyFailure` for attempts before a pass, `[[ATTACHMENT|path]]` in system-out. One suite for each scenario file.
 * GitLab drops cases with equal names, so every name carries its matrix coordinates and is unique.
 */
import type { CaseResult, Failure, RunResult } from '#result/run-result.ts';
import { firstLine, formatLocation, formatMs } from './format.ts';
import { groupBy } from './group-by.ts';
import { formats, type Renderer } from './renderer.ts';

export const junit: Renderer = { id: 'junit', file: formats.junit, render };

function render(result: RunResult): string {
  const names = uniqueNames(result.cases);
  const suites = groupBy(result.cases, ({ location }) => location.file);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: `Touchstone ${result.run.id}`, ...tally(result.cases), time: seconds(result.run.durationMs) })}>`,
    ...[...suites].map(([file, cases]) => suite(file, cases, names, result)),
    ...(result.errors?.length ? [runErrors(result.errors, result)] : []),
    '</testsuites>',
    '',
  ].join('\n');
}

function suite(file: string, cases: readonly CaseResult[], names: Map<CaseResult, string>, { run }: RunResult): string {
  const time = seconds(cases.reduce((sum, { durationMs }) => sum + durationMs, 0));
  return [
    `  <testsuite${attributes({ name: file, ...tally(cases), time, timestamp: run.startedAt })}>`,
    ...properties(
      { run: run.id, touchstone: run.touchstone, node: run.node, platform: run.platform, seed: run.seed },
      '    ',
    ),
    ...cases.map((result) => testCase(result, names.get(result)!, run.folder)),
    '  </testsuite>',
  ].join('\n');
}

function testCase(result: CaseResult, name: string, folder: string | undefined): string {
  const { location } = result;
  const classname = location.file.replace(/\.[^./]+$/, '').replaceAll('/', '.');
  const head = attributes({
    classname,
    name,
    time: seconds(result.durationMs),
    file: location.file,
    line: location.line,
  });
  const attached = result.attachments.map(({ path }) => `[[ATTACHMENT|${folder ? `${folder}/${path}` : path}]]`);
  return [
    `    <testcase${head}>`,
    ...properties({ id: result.id, tags: result.tags.join(' '), ...result.parties }, '      '),
    ...outcome(result),
    `      <system-out>${text([timing(result), ...attached].join('\n'))}</system-out>`,
    '    </testcase>',
  ].join('\n');
}

const timing = ({ machineMs, gestureMs, attempts }: CaseResult): string =>
  `machine ${formatMs(machineMs)}, gesture ${formatMs(gestureMs)}, attempts ${attempts}`;

function outcome({ verdict, failures, notes }: CaseResult): string[] {
  const all = failures.length > 0 ? failures : [{ message: notes?.[0] ?? verdict }];
  const last = failures.filter(({ attempt }) => attempt === failures.at(-1)?.attempt);
  if (verdict === 'passed') return [];
  if (verdict === 'skipped') return [`      <skipped${attributes({ message: notes?.[0] })}/>`];
  if (verdict === 'flaky') return failures.map(flakyFailure);
  const element = verdict === 'failed' ? 'failure' : 'error';
  const body = (last.length > 0 ? last : all).map(details).join('\n\n');
  return [
    `      <${element}${attributes({ message: firstLine(all.at(-1)!.message), type: verdict })}>${text(body)}</${element}>`,
  ];
}

const flakyFailure = (failure: Failure): string =>
  `      <flakyFailure${attributes({ message: firstLine(failure.message), type: 'flaky' })}><stackTrace>${text(details(failure))}</stackTrace></flakyFailure>`;

const details = ({ message, location, codeFrame, stack }: Failure): string =>
  [location && formatLocation(location), message, codeFrame, stack].filter(Boolean).join('\n\n');

/** Errors outside any case make a suite of their own, or a consumer would call the run green. */
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

function tally(cases: readonly CaseResult[]) {
  const of = (...wanted: CaseResult['verdict'][]) => cases.filter(({ verdict }) => wanted.includes(verdict)).length;
  return { tests: cases.length, failures: of('failed'), errors: of('errored', 'interrupted'), skipped: of('skipped') };
}

/** Title with coordinates; the id is added where that is still ambiguous within a file. */
function uniqueNames(cases: readonly CaseResult[]): Map<CaseResult, string> {
  const plain = (result: CaseResult) => {
    const coordinates = Object.values(result.parties).join(', ');
    return coordinates ? `${result.title} [${coordinates}]` : result.title;
  };
  const groups = groupBy(cases, (result) => `${result.location.file}\n${plain(result)}`);
  return new Map(
    [...groups.values()].flatMap((same) =>
      same.map((result) => [result, same.length > 1 ? `${plain(result)} (${result.id})` : plain(result)]),
    ),
  );
}

function properties(values: Record<string, string | undefined>, indent: string): string[] {
  const given = Object.entries(values).filter(([, value]) => value);
  if (given.length === 0) return [];
  const rows = given.map(([name, value]) => `${indent}  <property${attributes({ name, value })}/>`);
  return [`${indent}<properties>`, ...rows, `${indent}</properties>`];
}

function attributes(values: Record<string, string | number | undefined>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return given.map(([name, value]) => ` ${name}="${escapeAttribute(String(value))}"`).join('');
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** Characters that XML 1.0 cannot carry in any form (section 2.2) become U+FFFD. */
const legal = (value: string): string =>
  value.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD');

const text = (value: string): string =>
  legal(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;');

const escapeAttribute = (value: string): string =>
  text(value).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
