/** A case as it is run: validated, resolved, every step and expectation with the place it was written at. */
import type { SourceLocation } from '#result/run-result.ts';
import type {
  ScenarioAuthenticator,
  ScenarioBrowser,
  ScenarioClient,
  ScenarioThisDevice,
} from './schema/authenticator.ts';
import type { ScenarioRelyingParty } from './schema/relying-party.ts';
import { keywordsOf } from './schema/steps.ts';
import { type Comparison, isComparison } from './schema/units.ts';
import type { ScenarioCase } from './schema.ts';
import { entryAt, type SourceNode } from './source-node.ts';
import { type Keyword, type StepArgument, stepArguments } from './step-arguments.ts';

interface StepCallOf<K extends Keyword> {
  keyword: K;
  args: StepArgument<K>;
  /** As written in the scenario, or the keyword. */
  label: string;
  timeoutMs: number;
  location: SourceLocation;
}
/** One step to run; `keyword` tells the type of `args`. */
export type StepCall = { [K in Keyword]: StepCallOf<K> }[Keyword];

type ExpectedValue = string | number | boolean | Comparison | readonly (string | number | boolean)[];

/** One line of the `expect` block. */
interface ExpectedLine {
  /** Dotted path, e.g. `relying-party.passkey.fmt`. */
  path: string;
  expected: ExpectedValue;
  location: SourceLocation;
}

export interface ExpandedCase {
  /** Stable: `file-id/case-id[path=value,...]`. */
  id: string;
  title: string;
  tags: string[];
  /** Where the case is named in its file. */
  location: SourceLocation;
  /** Matrix coordinates by dotted path. */
  coordinates: Record<string, string>;
  vars: Record<string, unknown>;
  timeoutMs: number;
  relyingParty: ScenarioRelyingParty;
  authenticator: ScenarioAuthenticator;
  thisDevice: ScenarioThisDevice | undefined;
  browser: ScenarioBrowser;
  client: ScenarioClient;
  setup: StepCall[];
  steps: StepCall[];
  teardown: StepCall[];
  expect: ExpectedLine[];
  /** PINs, codes, passwords and what came from the environment: to be masked in everything that is written. */
  secrets: string[];
}

/** A browser's own WebAuthn finds keys that the system has: that takes a kernel of our own. */
export const needsLab = ({ browser, authenticator }: Pick<ExpandedCase, 'browser' | 'authenticator'>): boolean =>
  browser.stack === 'native' || authenticator.transport !== undefined;

const defaultCaseTimeoutMs = 60_000;
const defaultStepTimeoutMs = 15_000;

export type CaseIdentity = Pick<ExpandedCase, 'id' | 'title' | 'location' | 'coordinates'>;

/** Puts the parts together: `parsed` is what the schema made of `node`. */
export function expandedCase(
  identity: CaseIdentity,
  parsed: ScenarioCase,
  node: SourceNode,
  secrets: Iterable<string>,
): ExpandedCase {
  const stepTimeoutMs = parsed.timeout?.step ?? defaultStepTimeoutMs;
  const calls = (section: 'setup' | 'steps' | 'teardown') =>
    stepCalls(parsed[section] ?? [], section, node, stepTimeoutMs);
  const made: ExpandedCase = {
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
    secrets: [],
  };
  return { ...made, secrets: [...new Set([...secrets, ...literalSecrets(made)])] };
}

function stepCalls(
  entries: NonNullable<ScenarioCase['steps']>,
  section: string,
  node: SourceNode,
  timeoutMs: number,
): StepCall[] {
  return entries.map((entry, index) => {
    const isBare = typeof entry === 'string';
    const keyword = isBare ? entry : keywordsOf(entry)[0]!;
    const { line, column, file } = entryAt(node, [section, index, ...(isBare ? [] : [keyword])])!.key;
    // The schema ties the argument to its keyword; the compiler cannot follow that through a computed key.
    return {
      keyword,
      args: isBare ? undefined : entry[keyword],
      label: (isBare ? undefined : entry.label) ?? keyword,
      timeoutMs: (isBare ? undefined : entry.timeout) ?? timeoutMs,
      location: { file, line, column },
    } as StepCall;
  });
}

/** The leaves of the block, in the order they were written. */
function expectedLines(value: unknown, path: readonly string[], node: SourceNode): ExpectedLine[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !isComparison(value)) {
    const parts = value as Record<string, unknown>;
    const written = entryAt(node, path)?.value;
    const order = written?.kind === 'map' ? [...written.entries.keys()] : [];
    return order.flatMap((key) => expectedLines(parts[key], [...path, key], node));
  }
  const { file, line, column } = entryAt(node, path)!.key;
  return [{ path: path.slice(1).join('.'), expected: value as ExpectedValue, location: { file, line, column } }];
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
