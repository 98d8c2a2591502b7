/** JSON, JUnit and SARIF of real runs. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { findJunitProblems } from '#report/testing/junit-schema.ts';
import { caseId } from '../case-result.ts';
import { compareReports } from './compare.ts';
import { renderJunit } from './junit.ts';
import { parseReport } from './read-report.ts';
import { renderJson } from './renderers.ts';
import { type ConformanceReport, reportJsonSchema } from './report-model.ts';
import { renderSarif, toSarif } from './sarif.ts';
import { sampleAuthenticatorReport, sampleRelyingPartyReport } from './testing/sample-reports.ts';

let conforming: ConformanceReport;
let defective: ConformanceReport;
let relyingParties: ConformanceReport;

beforeAll(async () => {
  conforming = await sampleAuthenticatorReport();
  defective = await sampleAuthenticatorReport('pin.retries-unlimited');
  relyingParties = await sampleRelyingPartyReport();
}, 60_000);

const failed = ({ cases }: ConformanceReport) => cases.filter(({ verdict }) => verdict === 'fail');

describe('the master file', () => {
  it('contains every exchange of every case, and what identifies the key', () => {
    const { cases, targets } = conforming;
    const tested = cases.filter(({ verdict }) => verdict !== 'not-applicable');
    expect(tested.every(({ exchanges = [] }) => exchanges.length > 0)).toBe(true);
    expect(tested[0]?.exchanges?.[0]).toMatchObject({ request: '04', waitedForUser: false });
    expect(targets[0]?.identity.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['AAGUID', 'Versions', 'Extensions', 'Algorithms']),
    );
  });

  it('contains the response that a relying party got, and the kind of its mistake', () => {
    const one = failed(relyingParties).find(({ id }) => id === 'client-data.origin.other');
    expect(one).toMatchObject({ target: 1, mistake: 'account-takeover' });
    expect(JSON.parse(one?.evidence[0]?.text ?? '')).toMatchObject({ type: 'public-key' });
    expect(relyingParties.cases.filter(({ target, verdict }) => target === 0 && verdict === 'fail')).toEqual([]);
  });

  it('conforms to its JSON Schema, and is the same after it was written and read', () => {
    const validate = new Ajv2020({ strict: false, formats: { 'date-time': true } }).compile(
      reportJsonSchema() as object,
    );
    for (const report of [conforming, defective, relyingParties]) {
      expect(validate(JSON.parse(renderJson(report))), JSON.stringify(validate.errors)).toBe(true);
      expect(parseReport(renderJson(report), 'result.json')).toEqual(report);
    }
  });

  it.each([
    ['text that is no JSON', 'x', 'expected JSON'],
    ['the result of a scenario run', '{"verdict":"passed","cases":[]}', 'but format is not valid'],
    ['another version', renderJsonHead(), 'It has version 2 of the format touchstone-conformance, expected version 1'],
  ])('is not read from %s', (_title, text, message) => {
    expect(() => parseReport(text, 'result.json')).toThrow(message);
  });
});

function renderJsonHead(): string {
  return JSON.stringify({ format: 'touchstone-conformance', version: 2 });
}

describe('the JUnit report', () => {
  it('has only elements and attributes that the schema of Jenkins allows', () => {
    for (const report of [defective, conforming, relyingParties])
      expect(findJunitProblems(renderJunit(report))).toEqual([]);
  });

  it('has one test for each case, and counts failures', () => {
    const xml = renderJunit(defective);
    expect(xml.match(/<testcase /g)).toHaveLength(defective.cases.length);
    expect(xml.match(/<failure /g)).toHaveLength(failed(defective).length);
    expect(xml).toContain('Expected pinRetries to be 7, got 8');
    expect(xml).toMatch(
      new RegExp(`<testsuites name="Touchstone sample" tests="${defective.cases.length}" failures="3"`),
    );
  });

  it('keeps the cases of several targets apart', () => {
    expect(renderJunit(relyingParties)).toContain('<testsuite name="weak: client-data"');
  });

  it('escapes the message of a target', () => {
    const [first] = conforming.cases;
    const hostile = {
      ...conforming,
      cases: [
        { ...(first as (typeof conforming.cases)[number]), verdict: 'fail' as const, message: '<a href="x">&\u0000' },
      ],
    };
    expect(renderJunit(hostile)).toContain('message="&lt;a href=&quot;x&quot;&gt;&amp;\uFFFD"');
  });
});

describe('the SARIF report', () => {
  const schema = JSON.parse(
    readFileSync(new URL('testing/sarif-2.1.0.schema.json', import.meta.url), 'utf8'),
  ) as Record<string, unknown>;
  const { $schema: _draft4, id: _id, ...definition } = schema;
  const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(definition);

  it('conforms to the schema of SARIF 2.1.0', () => {
    for (const report of [
      conforming,
      defective,
      relyingParties,
      { ...defective, comparison: compareReports(conforming, defective) },
    ])
      expect(validate(JSON.parse(renderSarif(report))), JSON.stringify(validate.errors)).toBe(true);
    const broken = JSON.parse(renderSarif(defective));
    broken.runs[0].results[0].level = 'dreadful';
    expect(validate(broken)).toBe(false);
  });

  it('has a rule for each requirement with a finding, and a result for each finding', () => {
    const { runs } = toSarif(relyingParties) as {
      runs: {
        tool: { driver: { rules: { id: string; properties: object }[] } };
        results: { ruleId: string; ruleIndex: number; kind: string }[];
      }[];
    };
    const [run] = runs;
    const { rules } = run?.tool.driver ?? { rules: [] };
    expect(run?.results).toHaveLength(failed(relyingParties).length);
    expect(run?.results.every(({ ruleId, ruleIndex }) => rules[ruleIndex]?.id === ruleId)).toBe(true);
    expect(rules[0]?.properties).toMatchObject({ 'security-severity': '9.0' });
  });

  it('suppresses waived results', () => {
    const waived = { ...defective, cases: failed(defective).map((one) => ({ ...one, verdict: 'waived' as const })) };
    expect(renderSarif(waived)).toContain('"suppressions"');
  });
});

describe('the comparison with an earlier report', () => {
  it('lists the cases whose verdict changed, in both directions', () => {
    const { changes, sameCatalogue } = compareReports(conforming, defective);
    expect(sameCatalogue).toBe(true);
    expect(changes.map(({ id }) => id)).toEqual(failed(defective).map(caseId));
    expect(changes[0]).toMatchObject({ before: 'pass', after: 'fail', message: 'Expected pinRetries to be 7, got 8' });
    expect(compareReports(defective, conforming).changes[0]).toMatchObject({ before: 'fail', after: 'pass' });
    expect(compareReports(defective, defective).changes).toEqual([]);
  });

  it('lists cases that only one of the reports has', () => {
    const shorter = { ...conforming, cases: conforming.cases.slice(1) };
    const [first] = conforming.cases;
    expect(compareReports(conforming, shorter).changes).toMatchObject([{ id: first && caseId(first), before: 'pass' }]);
    expect(compareReports(shorter, conforming).changes).toMatchObject([{ id: first && caseId(first), after: 'pass' }]);
  });

  it('compares several targets by their names', () => {
    const [strong, weak] = relyingParties.targets;
    if (!strong || !weak) throw new Error('The sample has two targets');
    const swapped = {
      ...relyingParties,
      targets: [weak, strong],
      cases: relyingParties.cases.map((one) => ({ ...one, target: 1 - one.target })),
    };
    expect(compareReports(swapped, relyingParties).changes).toEqual([]);
  });
});
