/** No section of the table of normative statements has a gap, and no requirement cites a section that is not in the table. */
import { describe, expect, it } from 'vitest';
import { authenticatorCatalogue } from '../catalogue.ts';
import type { Requirement } from '../requirement.ts';
import { normativeSections } from './normative-sections.ts';
import { findGaps, type NormativeSection, type RowSection, type StepSection, statementsOf } from './section.ts';

describe('the table of normative statements', () => {
  it('has a requirement or a reason for every statement, and every cited section', () => {
    expect(findGaps(normativeSections, authenticatorCatalogue)).toEqual([]);
  });

  it('lists each section once', () => {
    const names = normativeSections.map(({ document, section }) => `${document} ${section}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('counts at least 150 statements', () => {
    const statements = normativeSections.flatMap((section) => statementsOf(section, authenticatorCatalogue));
    expect(statements.length).toBeGreaterThanOrEqual(150);
  });
});

const requirement = (id: string, section: string) =>
  ({ id, specification: { document: 'CTAP 2.1', section } }) as Requirement;

const steps: StepSection = {
  kind: 'steps',
  document: 'CTAP 2.1',
  section: '6.1.2',
  title: 'Algorithm',
  steps: 2,
  source: 'test',
  uncited: { 2: ['a.second'] },
};
const rows: RowSection = {
  kind: 'rows',
  document: 'CTAP 2.1',
  section: '6.4',
  title: 'Members',
  rowsAre: 'members',
  source: 'test',
  rows: ['versions', 'aaguid'],
  coverage: { versions: ['a.first'], aaguid: { reason: 'not testable' } },
};
const catalogue = [requirement('a.first', '6.1.2 step 1.1'), requirement('a.second.part', '6.4')];

describe('findGaps', () => {
  it('accepts steps that are cited or covered, and rows with requirements or reasons', () => {
    expect(findGaps([steps, rows], catalogue)).toEqual([]);
  });

  it.each<[string, NormativeSection, string]>([
    ['a step', { ...steps, steps: 3 }, 'CTAP 2.1 section 6.1.2, step 3: neither a requirement nor a reason'],
    [
      'a row',
      { ...rows, rows: [...rows.rows, 'options'] },
      'CTAP 2.1 section 6.4, options: neither a requirement nor a reason',
    ],
  ])('reports %s that nothing covers', (_, section, problem) => {
    expect(findGaps([steps, rows, section], catalogue)).toContain(problem);
  });

  it('reports an entry that selects no requirement', () => {
    const section = { ...rows, coverage: { ...rows.coverage, versions: ['a.third'] } };
    expect(findGaps([steps, section], catalogue)).toContain(
      'CTAP 2.1 section 6.4: versions names a.third, which selects no requirement',
    );
  });

  it('reports a step that has a reason although a requirement cites it', () => {
    const section: StepSection = { ...steps, uncited: { ...steps.uncited, 1: { reason: 'not testable' } } };
    expect(findGaps([section, rows], catalogue)).toContain(
      'CTAP 2.1 section 6.1.2: 1 has a reason, but a.first cites it',
    );
  });

  it('reports a requirement whose section is not in the table', () => {
    expect(findGaps([steps, rows], [...catalogue, requirement('a.other', '6.9')])).toEqual([
      'CTAP 2.1 section 6.9 is not in the table, but a.other cites it',
    ]);
  });

  it('reports a requirement that cites an excluded section', () => {
    const section: NormativeSection = {
      kind: 'excluded',
      document: 'CTAP 2.1',
      section: '6.9',
      title: 'x',
      reason: 'y',
    };
    expect(findGaps([steps, rows, section], [...catalogue, requirement('a.other', '6.9')])).toEqual([
      'CTAP 2.1 section 6.9 is excluded, but a.other cites it',
    ]);
  });
});
