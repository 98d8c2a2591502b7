/**
 * SARIF 2.1.0 for code hosts: each scenario file is a rule, and each case that needs attention is a result at its line of the scenario.
 * Exceeded budgets are results at the line of the budget. Pure.
 */
import { posix } from 'node:path';
import type { BudgetResult } from '#result/budget.ts';
import type { CaseResult, Failure, RunResult, SourceLocation, Verdict } from '#result/run-result.ts';
import { exceededBudgets, leadingFailure } from '../format.ts';

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
    ...cases.flatMap((item) => (outcomes[item.verdict] ? [caseResult(item, run.repositoryFolder)] : [])),
    ...exceededBudgets({ budgets }).map((budget) => budgetResult(budget, run.repositoryFolder)),
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
        originalUriBaseIds: { PROJECT: { description: { text: 'The repository, or the project if it is in none' } } },
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

function caseResult(item: CaseResult, folder: string | undefined) {
  const { id, verdict, failures, notes = [], title } = item;
  const failure = leadingFailure({ failures });
  const message = failure?.message ?? notes[0] ?? `The case is ${verdict}`;
  return {
    ruleId: ruleOf(item),
    ...outcomes[verdict],
    message: { text: `${title}: ${message}` },
    locations: [toLocation(failure?.location ?? item.location, { folder, failure })],
    partialFingerprints: { 'touchstoneCase/v1': id },
    ...(verdict === 'waived' && { suppressions: [{ kind: 'external', status: 'accepted', justification: notes[0] }] }),
    properties: { case: id, verdict, parties: item.parties },
  };
}

const budgetResult = ({ caseId, message, location, subject, statistic }: BudgetResult, folder: string | undefined) => ({
  ruleId: budgetRule,
  kind: 'fail',
  level: 'error',
  message: { text: `${caseId}: ${message}` },
  locations: [toLocation(location, { folder })],
  partialFingerprints: { 'touchstoneCase/v1': `${caseId} ${subject}.${statistic}` },
  properties: { case: caseId },
});

const toNotification = ({ message }: Failure) => ({
  level: 'error',
  message: { text: message },
  descriptor: { id: runRule },
});

/** Code hosts find files by their path in the repository: `folder` is that of the project. */
function toLocation(
  { file, line, column }: SourceLocation,
  { folder = '', failure }: { folder: string | undefined; failure?: Failure | undefined },
): object {
  const region = { startLine: Math.max(1, line), startColumn: Math.max(1, column) };
  const snippet = failure?.codeFrame && { contextRegion: { ...region, snippet: { text: failure.codeFrame } } };
  const uri = posix.join(folder, file).split('/').map(encodeURIComponent).join('/');
  const artifactLocation = { uri, uriBaseId: 'PROJECT' };
  return { physicalLocation: { artifactLocation, region, ...snippet } };
}
