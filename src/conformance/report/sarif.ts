/**
 * SARIF 2.1.0 for code hosts: each requirement is a rule, and each case that did not plainly pass is a result. Code hosts show only
 * results with a file, so the location is the first line of what was tested: the adapter, the address of the server, or a name.
 */
import { caseId } from '../case-result.ts';
import { kindOfChange } from './compare.ts';
import type { ConformanceReport, ReportCase, ReportRequirement } from './report-model.ts';

/** `level` and `kind` of a result; sections 3.27.9 and 3.27.10. */
const outcomes = {
  pass: { kind: 'pass', level: 'none' },
  fail: { kind: 'fail', level: 'error' },
  observation: { kind: 'fail', level: 'note' },
  'not-applicable': { kind: 'notApplicable', level: 'none' },
  inconclusive: { kind: 'open', level: 'none' },
  waived: { kind: 'fail', level: 'error' },
} as const satisfies Record<ReportCase['verdict'], { kind: string; level: string }>;

/** GitHub shows a score from 0 to 10 as severity. */
const securitySeverities: Readonly<Record<string, string>> = {
  'account-takeover': '9.0',
  attestation: '6.0',
  interoperability: '3.0',
  hygiene: '2.0',
};

export function renderSarif(report: ConformanceReport): string {
  return `${JSON.stringify(toSarif(report), null, 1)}\n`;
}

/** Returns the log. Passes and cases that are not applicable are only counted in the properties of the run. */
export function toSarif(report: ConformanceReport): object {
  const { run, suite, requirements, cases, catalogue } = report;
  const shown = cases.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable');
  const used = new Set(shown.map(({ id }) => id));
  const rules = requirements.filter(({ id }) => used.has(id));
  const positions = new Map(rules.map(({ id }, index) => [id, index]));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Touchstone', version: run.touchstone, rules: rules.map(toRule) } },
        automationDetails: { id: `touchstone/${suite}/${run.id}` },
        invocations: [
          { executionSuccessful: true, startTimeUtc: run.startedAt, commandLine: `touchstone ${run.command}` },
        ],
        results: shown.map((one) => toResult(one, report, positions)),
        properties: { catalogue: catalogue.sha256, cases: cases.length, verdict: report.verdict },
      },
    ],
  };
}

const toRule = ({ id, title, document, section, level, severity, weakness, fix }: ReportRequirement) => ({
  id,
  name: id,
  shortDescription: { text: `${title}.` },
  fullDescription: { text: weakness === undefined ? `${title}.` : `${title}. ${weakness}.` },
  help: {
    text: [`Source: ${document} section ${section} (${level}).`, fix && `Usual fix: ${fix}.`].filter(Boolean).join(' '),
  },
  defaultConfiguration: { level: level === 'MUST' ? 'error' : 'warning' },
  properties: {
    tags: [document, ...(severity === undefined ? [] : [severity])],
    ...(severity !== undefined && { 'security-severity': securitySeverities[severity] ?? '0.0' }),
  },
});

function toResult(one: ReportCase, { targets, comparison }: ConformanceReport, positions: ReadonlyMap<string, number>) {
  const target = targets[one.target];
  const name = target?.name ?? '';
  const id = caseId(one);
  const change = comparison?.changes.find((candidate) => candidate.id === id && candidate.target === name);
  return {
    ruleId: one.id,
    ruleIndex: positions.get(one.id),
    ...outcomes[one.verdict],
    message: { text: one.message || one.verdict },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: target?.uri ?? toUri(name) }, region: { startLine: 1 } },
        logicalLocations: [{ name, fullyQualifiedName: `${name}/${id}`, kind: 'resource' }],
      },
    ],
    partialFingerprints: { 'case/v1': `${name}/${id}` },
    ...(comparison && { baselineState: baselineState(change) }),
    ...(one.verdict === 'waived' && { suppressions: [{ kind: 'external', justification: one.message }] }),
    properties: { verdict: one.verdict, ...(one.mistake !== undefined && { mistake: one.mistake }) },
  };
}

/** Returns a relative reference, e.g. `persona-solo`. */
const toUri = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9.]+/g, '-');

/** Section 3.27.24: `unchanged`, `updated` or `new`, compared with the earlier report. */
const baselineState = (change: Parameters<typeof kindOfChange>[0] | undefined) => {
  if (!change) return 'unchanged';
  return ['new', 'worse'].includes(kindOfChange(change)) ? 'new' : 'updated';
};
