/**
 * SARIF 2.1.0 for code hosts: each scenario file is a rule, and each case that needs attention is a result at its line of the scenario.
 * Exceeded budgets are results at the line of the budget. Pure.
 */
import type { BudgetResult } from '#result/budget.ts';
import type { CaseResult, Failure, RunResult, SourceLocation, Verdict } from '#result/run-result.ts';

/** `kind` and `level` of a result; sections 3.27.9 and 3.27.10. Verdicts without a row need no attention. */
const outcomes: Partial<Record<Verdict, { kind: string; level: string }>> = {
  failed: { kind: 'fail', level: 'error' },
  errored: { kind: 'fail', level: 'warning' },
  interrupted: { kind: 'fail', level: 'warning' },
  flaky: { kind: 'fail', level: 'note' },
  waived: { kind: 'fail', level: 'error' },
};

const budgetRule = 'touchstone/budget';
const runRule = 'touchstone/run';

export function renderSarif(result: RunResult): string {
  const { run, cases, budgets = [], errors = [] } = result;
  const results = [
    ...cases.flatMap((item) => (outcomes[item.verdict] ? [caseResult(item)] : [])),
    ...budgets.flatMap((budget) => (budget.verdict === 'failed' ? [budgetResult(budget)] : [])),
  ];
  const ruleIds = [...new Set(results.map(({ ruleId }) => ruleId))];
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'Touchstone', version: run.touchstone, rules: ruleIds.map((id) => toRule(id, cases)) },
        },
        automationDetails: { id: `touchstone/scenarios/${run.id}` },
        originalUriBaseIds: { PROJECT: { description: { text: 'The folder that contains the scenarios' } } },
        invocations: [
          {
            executionSuccessful: errors.length === 0 && result.verdict !== 'interrupted',
            startTimeUtc: run.startedAt,
            commandLine: `touchstone ${run.command}`,
            ...(errors.length > 0 && { toolExecutionNotifications: errors.map(toNotification) }),
          },
        ],
        results: results.map((one) => ({ ...one, ruleIndex: ruleIds.indexOf(one.ruleId) })),
        properties: { verdict: result.verdict, totals: result.totals },
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 1)}\n`;
}

/** A scenario is the id of its cases up to the name of the case. */
const ruleOf = ({ id }: CaseResult): string => id.replace(/[/[#@].*$/s, '');

function toRule(id: string, cases: readonly CaseResult[]): object {
  const title =
    id === budgetRule ? 'A time exceeds its budget' : (cases.find((item) => ruleOf(item) === id)?.title ?? id);
  return { id, name: id, shortDescription: { text: title } };
}

function caseResult(item: CaseResult) {
  const { id, verdict, failures, notes = [], title } = item;
  const failure = failures.find(({ location }) => location) ?? failures[0];
  const message = failure?.message ?? notes[0] ?? `The case is ${verdict}`;
  return {
    ruleId: ruleOf(item),
    ...outcomes[verdict],
    message: { text: `${title}: ${message}` },
    locations: [toLocation(failure?.location ?? item.location, failure)],
    partialFingerprints: { 'touchstoneCase/v1': id },
    ...(verdict === 'waived' && { suppressions: [{ kind: 'external', status: 'accepted', justification: notes[0] }] }),
    properties: { case: id, verdict, parties: item.parties },
  };
}

const budgetResult = ({ caseId, message, location, subject, statistic }: BudgetResult) => ({
  ruleId: budgetRule,
  kind: 'fail',
  level: 'error',
  message: { text: `${caseId}: ${message}` },
  locations: [toLocation(location)],
  partialFingerprints: { 'touchstoneCase/v1': `${caseId} ${subject}.${statistic}` },
  properties: { case: caseId },
});

const toNotification = ({ message }: Failure) => ({
  level: 'error',
  message: { text: message },
  descriptor: { id: runRule },
});

function toLocation({ file, line, column }: SourceLocation, failure?: Failure): object {
  const region = { startLine: Math.max(1, line), startColumn: Math.max(1, column) };
  const snippet = failure?.codeFrame && { contextRegion: { ...region, snippet: { text: failure.codeFrame } } };
  const artifactLocation = { uri: encodeURI(file), uriBaseId: 'PROJECT' };
  return { physicalLocation: { artifactLocation, region, ...snippet } };
}
