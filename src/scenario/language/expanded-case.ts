/** A case that is ready to run: validated and resolved, with the location of every step and expectation. */
import type { Budget, BudgetStatistic, BudgetSubject } from '#result/budget.ts';
import type { SourceLocation } from '#result/run-result.ts';
import type { ScenarioAuthenticator, ScenarioThisDevice } from './schema/authenticator.ts';
import type { ScenarioBrowser, ScenarioClient } from './schema/browser.ts';
import type { ScenarioRelyingParty } from './schema/relying-party.ts';
import { type Comparison, isComparison } from './schema/units.ts';
import type { ScenarioCase } from './schema.ts';
import type { CaseSite } from './site-library.ts';
import { entryAt, type SourceNode } from './source-node.ts';
import { type Keyword, type StepArgument, stepArguments } from './step-arguments.ts';
import { listCalls, locationOf } from './step-calls.ts';

interface StepCallOf<K extends Keyword> {
  keyword: K;
  args: StepArgument<K>;
  /** The label in the scenario, or the keyword. */
  label: string;
  timeoutMs: number;
  location: SourceLocation;
}
/** One step to run; `keyword` determines the type of `args`. */
export type StepCall = { [K in Keyword]: StepCallOf<K> }[Keyword];

type ExpectedValue = string | number | boolean | Comparison | readonly (string | number | boolean)[];

/** One line of the `expect` block. */
interface ExpectedLine {
  /** Dotted path, e.g. `relying-party.passkey.fmt`. */
  path: string;
  expected: ExpectedValue;
  location: SourceLocation;
}

interface CaseMeasure {
  repeat: number;
  warmup: number;
  /** Id of the case whose baseline this is. */
  baselineOf?: string;
}

export interface ExpandedCase {
  /** Stable: `file-id/case-id[path=value,...]`. */
  id: string;
  title: string;
  tags: string[];
  /** Location of the id of the case. */
  location: SourceLocation;
  /** The scenario file, its includes and its site file, relative to the project. */
  files: string[];
  /** Matrix coordinates by dotted path. */
  coordinates: Record<string, string>;
  vars: Record<string, unknown>;
  timeoutMs: number;
  relyingParty: ScenarioRelyingParty;
  /** The web site that the case runs on. */
  site: CaseSite;
  authenticator: ScenarioAuthenticator;
  thisDevice: ScenarioThisDevice | undefined;
  browser: ScenarioBrowser;
  client: ScenarioClient;
  setup: StepCall[];
  steps: StepCall[];
  teardown: StepCall[];
  expect: ExpectedLine[];
  /** Absent for a case that runs once. */
  measure?: CaseMeasure;
  budgets: Budget[];
  /** PINs, codes, passwords and values of `${secret:NAME}`, which are masked in reports. */
  secrets: string[];
}

/** Returns true for a case that runs in the kernel lab only, because the WebAuthn of the browser uses the devices of the system. */
export const needsLab = ({ browser, authenticator }: Pick<ExpandedCase, 'browser' | 'authenticator'>): boolean =>
  browser.stack === 'native' || authenticator.transport !== undefined;

const defaultCaseTimeoutMs = 60_000;
const defaultStepTimeoutMs = 15_000;

export type CaseIdentity = Pick<ExpandedCase, 'id' | 'title' | 'location' | 'coordinates'>;

/** Builds the case from `parsed`, the validated value of `node`. */
export function buildExpandedCase(
  identity: CaseIdentity & Pick<ExpandedCase, 'site'>,
  parsed: ScenarioCase,
  node: SourceNode,
  secrets: Iterable<string>,
): ExpandedCase {
  const stepTimeoutMs = parsed.timeout?.step ?? defaultStepTimeoutMs;
  const calls = (section: 'setup' | 'steps' | 'teardown') =>
    stepCalls(parsed[section] ?? [], section, node, stepTimeoutMs);
  const expanded: ExpandedCase = {
    ...identity,
    tags: parsed.tags ?? [],
    vars: parsed.vars ?? {},
    timeoutMs: parsed.timeout?.case ?? defaultCaseTimeoutMs,
    relyingParty: parsed['relying-party'] ?? {},
    authenticator: parsed.authenticator ?? {},
    thisDevice: parsed['this-device'],
    browser: parsed.browser ?? {},
    client: parsed.client ?? {},
    setup: calls('setup'),
    steps: calls('steps'),
    teardown: calls('teardown'),
    expect: expectedLines(parsed.expect ?? {}, ['expect'], node),
    ...(parsed.measure && { measure: { repeat: parsed.measure.repeat, warmup: parsed.measure.warmup ?? 0 } }),
    budgets: budgetsOf(parsed, node),
    secrets: [],
    files: [],
  };
  return { ...expanded, secrets: [...new Set([...secrets, ...literalSecrets(expanded)])] };
}

function stepCalls(
  entries: NonNullable<ScenarioCase['steps']>,
  section: string,
  node: SourceNode,
  timeoutMs: number,
): StepCall[] {
  return listCalls(stepArguments, entries, [section], node).map(
    ({ path: _, ...call }) =>
      // The schema has checked that the argument belongs to the keyword; the compiler cannot infer that for a computed key.
      ({ ...call, timeoutMs: call.timeoutMs ?? timeoutMs }) as StepCall,
  );
}

const budgetsOf = ({ budgets = {} }: ScenarioCase, node: SourceNode): Budget[] =>
  Object.entries(budgets).flatMap(([metric, limit]) => {
    const dot = metric.lastIndexOf('.');
    const subject = metric.slice(0, dot) as BudgetSubject;
    const statistic = metric.slice(dot + 1) as BudgetStatistic;
    return limit ? [{ subject, statistic, ...limit, location: locationOf(node, ['budgets', metric]) }] : [];
  });

/** Returns one line for each leaf of the block, in the order of the file. */
function expectedLines(value: unknown, path: readonly string[], node: SourceNode): ExpectedLine[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !isComparison(value)) {
    const parts = value as Record<string, unknown>;
    const written = entryAt(node, path)?.value;
    const order = written?.kind === 'map' ? [...written.entries.keys()] : [];
    return order.flatMap((key) => expectedLines(parts[key], [...path, key], node));
  }
  return [{ path: path.slice(1).join('.'), expected: value as ExpectedValue, location: locationOf(node, path) }];
}

function literalSecrets({ setup, steps, teardown, authenticator, relyingParty }: ExpandedCase): string[] {
  const typed = [...setup, ...steps, ...teardown].flatMap(({ keyword, args }) => {
    const secrets = stepArguments[keyword].secrets as ((args: unknown) => readonly (string | undefined)[]) | undefined;
    return secrets?.(args) ?? [];
  });
  const pin = typeof authenticator.pin === 'object' ? authenticator.pin.set : undefined;
  const passwords = relyingParty.users?.map(({ password }) => password) ?? [];
  return [...typed, pin, ...passwords].filter((secret) => secret !== undefined && secret !== '') as string[];
}
