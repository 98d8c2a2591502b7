import { beforeAll, describe, expect, it } from 'vitest';
import { createColours } from '#report/colour.ts';
import { compareReports } from './compare.ts';
import type { ConformanceReport } from './report-model.ts';
import { renderResults } from './terminal.ts';
import { sampleAuthenticatorReport } from './testing/sample-reports.ts';

let report: ConformanceReport;
beforeAll(async () => {
  report = await sampleAuthenticatorReport('pin.retries-unlimited', 'touchstone-key');
}, 60_000);

const render = (shown: ConformanceReport, { verbose = false, width = 100 } = {}) =>
  renderResults(shown, { colours: createColours(false), width, verbose, path: 'reports/x/index.html' });

describe('the results in the terminal', () => {
  it('show each finding with its source and its last messages, then the groups, profiles and the verdict', () => {
    const text = render(report).join('\n');
    expect(text).toContain('     A wrong PIN costs one retry (CTAP 2.1 section 6.5.5.7.2, MUST)');
    expect(text).toContain('     answer   CTAP2_OK {3: 8}');
    expect(text).toMatch(/\n {2}Group +pass +fail +not-applicable +time\n {2}─+\n {2}getinfo/);
    expect(text).toContain('  Profile  ctap2.1 failed');
    expect(text).toMatch(/✗ 2 requirements violated {2}\d+ of \d+ cases passed, \d+ not applicable in 1\.23 s\n/);
    expect(text).toContain('  Report  reports/x/index.html');
  });

  it('have no two empty lines after each other, also when nothing failed', () => {
    const passing = {
      ...report,
      verdict: 'passed' as const,
      cases: report.cases.filter(({ verdict }) => verdict === 'pass'),
    };
    for (const shown of [report, passing]) expect(render(shown).join('\n')).not.toContain('\n\n\n');
  });

  it('count the observations, which fail no run', () => {
    const observed = { ...report.cases[0], verdict: 'observation' as const, message: 'Refused with another status' };
    const shown = { ...report, verdict: 'passed' as const, cases: [observed as (typeof report.cases)[number]] };
    expect(render(shown).join('\n')).toContain('0 of 1 case passed, 1 observation in ');
  });

  it('cut messages to the width of the terminal', () => {
    const cut = render(report, { width: 60 }).filter((line) => line.endsWith('…'));
    expect(cut.length).toBeGreaterThan(0);
    expect(cut.every((line) => line.length <= 60)).toBe(true);
  });

  it('list cases that are not applicable only when asked for', () => {
    expect(render(report).join('\n')).not.toContain('– not applicable');
    expect(render(report, { verbose: true }).join('\n')).toContain('– not applicable  getinfo.');
  });

  it('count the findings that they leave out', () => {
    const [failed] = report.cases.filter(({ verdict }) => verdict === 'fail');
    if (!failed) throw new Error('The sample has a failure');
    const many = { ...report, cases: Array.from({ length: 50 }, (_, n) => ({ ...failed, variant: String(n) })) };
    expect(render(many)).toContain('  ... and 10 more findings in the report (--verbose prints all)');
    expect(render(many, { verbose: true }).join('\n')).toContain('pin.retries.decrease@49');
  });

  it('list what changed since an earlier report, the worst first', () => {
    const [first, ...rest] = report.cases;
    if (!first) throw new Error('The sample has cases');
    const fixed = { ...report, cases: rest.map((one) => ({ ...one, verdict: 'pass' as const })) };
    const lines = render({ ...report, comparison: compareReports(fixed, report) });
    const changes = lines.filter((line) => line.includes(' → '));
    expect(changes[0]).toBe('  worse    pin.retries.decrease@pin1: pass → fail');
    expect(changes.at(-1)).toMatch(/^ {2}new {6}.*absent → pass$/);
  });
});
