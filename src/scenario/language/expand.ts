/** Expands one scenario file into its cases: merges includes, file, case and matrix, resolves references, and validates the result. */
import { check, locate } from './check.ts';
import { checkCase } from './check-case.ts';
import type { FindSettingProblems } from './check-persona.ts';
import { replaceDeprecated } from './deprecations.ts';
import { type Diagnostic, diagnostic } from './diagnostics.ts';
import type { Environment } from './environment.ts';
import { buildExpandedCase, type CaseIdentity, type ExpandedCase } from './expanded-case.ts';
import type { SourceFile } from './library.ts';
import { type Combination, expandMatrix } from './matrix.ts';
import { emptyMap, mergeCases, withEntry, withoutNulls } from './merge.ts';
import { multiplyByRun, type RunDimensions } from './run-dimensions.ts';
import { isRealKey, parseDeviceName } from './schema/authenticator.ts';
import { isCaseKey, scenarioCase } from './schema.ts';
import type { SiteLibrary } from './site-library.ts';
import { entryAt, type MapNode, maxSize, nodeAt, pickEntries, type SourceNode, toPlainValue } from './source-node.ts';
import { type PersonaFacts, Resolver } from './variables.ts';

/** Names that other modules define, and values of the run. */
export interface ExpandOptions extends RunDimensions {
  /** All personas, with the values of `${persona.x}`. */
  personas: Readonly<Record<string, PersonaFacts>>;
  /** Security-dialog profiles; any name is valid if absent. */
  dialogs?: readonly string[];
  /** Ids of defects; any id is valid if absent. */
  defects?: readonly string[];
  /** Checks the settings of emulated keys against their personas; absent: any setting is valid. */
  findSettingProblems?: FindSettingProblems;
  /** Address of the site of every case that Touchstone does not start itself. */
  url?: string;
  /** Facts about real keys by their selector, with the values of `${persona.x}`. */
  keys?: Readonly<Record<string, PersonaFacts>>;
  /** Values of `${run.x}`; default `{ index: 0 }`. */
  run?: PersonaFacts;
  /** Values of `${secret:NAME}`. Absent for listing and validating: secrets are then placeholders. */
  env?: Environment;
}

export interface Expanded {
  cases: ExpandedCase[];
  diagnostics: Diagnostic[];
  warnings: Diagnostic[];
}

const maxCases = 5_000;
/** Values of all cases of a file together: a hundred times more than any file needs. */
const maxTotalSize = 2_000_000;

/** Returns the cases of `source` in file order, the last matrix dimension varying fastest. Returns no case if there is an error. */
export function expand(source: SourceFile, options: ExpandOptions, library: SiteLibrary): Expanded {
  const { root } = source;
  if (root === undefined || source.includes === undefined) return { cases: [], diagnostics: [], warnings: [] };
  const { combinations, diagnostics } = expandMatrix(nodeAt(root, ['matrix']));
  const parts = {
    root,
    base: mergeBody(source, emptyMap(source.file)),
    overrides: caseOverrides(root),
    combinations: multiplyByRun(combinations, options, root.at),
    library,
  };
  const { error, expanded } = expandCases(parts, options);
  if (error) return { cases: [], diagnostics: [...diagnostics, diagnostic(root.at, error)], warnings: [] };
  diagnostics.push(...expanded.flatMap((one) => one.diagnostics));
  return {
    cases: diagnostics.length > 0 ? [] : expanded.flatMap(({ cases }) => cases.map((one) => withFiles(one, source))),
    diagnostics,
    warnings: expanded.flatMap(({ warnings }) => warnings),
  };
}

const withFiles = (scenario: ExpandedCase, source: SourceFile): ExpandedCase => ({
  ...scenario,
  files: [...new Set([...namesOf(source), scenario.site.definition.file])],
});

const namesOf = ({ file, includes = [] }: SourceFile): string[] => [file, ...includes.flatMap(namesOf)];

interface FileParts {
  root: MapNode;
  base: MapNode;
  overrides: readonly (MapNode | undefined)[];
  combinations: readonly Combination[];
  library: SiteLibrary;
}

/** Expands every case with every combination. `error`: the file has too many cases or values, and is not expanded. */
function expandCases(
  { root, base, overrides, combinations, library }: FileParts,
  options: ExpandOptions,
): { error?: string; expanded: Expanded[] } {
  const expanded: Expanded[] = [];
  const count = overrides.length * combinations.length;
  if (count > maxCases) return { error: `The file has ${count} cases; at most ${maxCases} can run`, expanded };
  if (base.size > maxSize) return { error: `The file and its includes have more than ${maxSize} values`, expanded };
  let size = 0;
  for (const override of overrides) {
    for (const combination of combinations) {
      const one = expandCase({ root, base, override, combination, library }, options);
      size += one.size;
      if (size > maxTotalSize)
        return { error: `The cases of the file have more than ${maxTotalSize} values together`, expanded };
      expanded.push(one, ...expandBaseline({ root, base, override, combination, library }, one, options));
    }
  }
  return { expanded };
}

/** Merges the case parts of `source` over those of its includes. */
function mergeBody(source: SourceFile, base: MapNode): MapNode {
  const included = (source.includes ?? []).reduce((merged, include) => mergeBody(include, merged), base);
  return source.root ? mergeCases(included, pickEntries(source.root, isCaseKey)) : included;
}

/** Returns the entries of `cases`; a file without `cases` is a single case. */
function caseOverrides(root: MapNode): (MapNode | undefined)[] {
  const cases = nodeAt(root, ['cases']);
  return cases?.kind === 'list' ? cases.items.filter((item) => item.kind === 'map') : [undefined];
}

interface CaseParts {
  root: MapNode;
  base: MapNode;
  override: MapNode | undefined;
  combination: Combination;
  library: SiteLibrary;
}

/** `size`: number of values of the case, and those that its references inserted. */
function expandCase(parts: CaseParts, options: ExpandOptions): Expanded & { size: number } {
  const body = mergeParts(parts);
  const resolver = createResolver(body, parts.override, options);
  const { resolved, warnings } = resolveBody(body, resolver);
  const identity = identify(parts, resolver);
  const size = resolved.size + resolver.inserted;
  const checked = check(scenarioCase, resolved);
  const known = { ...options, overridesBrowser: (options.engines ?? options.routes ?? options.stacks) !== undefined };
  const findings = [
    ...(checked.ok ? [] : checked.findings),
    ...checkCase(checked.ok ? checked.value : undefined, resolved, known),
  ];
  const relevant = findings.filter(({ path }) => {
    const node = nodeAt(resolved, path);
    return node === undefined || !resolver.isIncomplete(node);
  });
  const found = checked.ok ? parts.library.siteOf(resolved) : { diagnostics: [] };
  const diagnostics = [
    ...resolver.diagnostics,
    ...relevant.map((finding) => locate(finding, resolved)),
    ...('site' in found ? [] : found.diagnostics),
  ];
  if (!checked.ok || !('site' in found) || diagnostics.length > 0) return { cases: [], diagnostics, warnings, size };
  const secrets = [...resolver.secrets, ...found.site.definition.secrets];
  const expandedCase = buildExpandedCase({ ...identity, site: found.site }, checked.value, resolved, secrets);
  return { cases: [expandedCase], diagnostics, warnings, size };
}

/** Returns the case that runs in turn with the case of `expanded`, if it has one. That case has no budgets. */
function expandBaseline(parts: CaseParts, { cases: [main] }: Expanded, options: ExpandOptions): Expanded[] {
  const overrides = nodeAt(mergeParts(parts), ['measure', 'baseline']);
  if (main?.measure === undefined || overrides?.kind !== 'map') return [];
  const added = [...overrides.entries].map(([path, entry]) => ({
    path,
    text: String(toPlainValue(entry.value)),
    entry,
  }));
  const { cases, diagnostics } = expandCase({ ...parts, combination: [...parts.combination, ...added] }, options);
  const measure = { ...main.measure, baselineOf: main.id };
  const baselines = cases.map((one) => ({
    ...one,
    id: `${main.id}@baseline`,
    title: `${main.title} (baseline)`,
    measure,
    budgets: [],
  }));
  return [{ cases: baselines, diagnostics, warnings: [] }];
}

function mergeParts({ base, override, combination }: CaseParts): MapNode {
  const merged = override ? mergeCases(base, pickEntries(override, isCaseKey)) : base;
  return combination.reduce((node, { path, entry }) => withEntry(node, path.split('.'), entry), merged);
}

function createResolver(body: MapNode, override: MapNode | undefined, options: ExpandOptions): Resolver {
  const { personas, keys = {}, run = { index: 0 }, env } = options;
  const caseVars = override && nodeAt(override, ['vars']);
  return new Resolver({
    body,
    caseVars: caseVars?.kind === 'map' ? withoutNulls(caseVars) : undefined,
    personas,
    keyFacts: (device) => findKeyFacts(parseDeviceName(device), keys),
    run,
    env,
  });
}

/** Returns placeholder facts for a key that is not known yet, which is enough to list and validate its cases. */
function findKeyFacts(device: string | undefined, keys: NonNullable<ExpandOptions['keys']>): PersonaFacts | undefined {
  if (!isRealKey(device)) return undefined;
  const placeholder = { id: device, label: device, aaguid: '00000000-0000-0000-0000-000000000000' };
  return Object.hasOwn(keys, device) ? keys[device] : placeholder;
}

/** Resolves the references; a value that they insert may contain deprecated words, too. */
function resolveBody(body: MapNode, resolver: Resolver): { resolved: SourceNode; warnings: Diagnostic[] } {
  const resolved = resolver.resolve(body);
  if (resolved.kind !== 'map') return { resolved, warnings: [] };
  const { root, warnings } = replaceDeprecated(resolved);
  return { resolved: root, warnings };
}

function identify({ root, override, combination }: CaseParts, resolver: Resolver): CaseIdentity {
  const text = (node: MapNode | undefined, key: string) => {
    const value = node && nodeAt(node, [key]);
    return value && String(toPlainValue(resolver.resolve(value)));
  };
  const caseId = text(override, 'id');
  const suffix = caseId ? `: ${caseId.replace(/[-.]/g, ' ')}` : '';
  const coordinates = combination.map(({ path, text }) => `${path}=${text}`).join(',');
  const values = combination.map((coordinate) => coordinate.text).join(', ');
  const { file, line, column } = (override && entryAt(override, ['id'])?.key) ?? entryAt(root, ['id'])?.key ?? root.at;
  const title = text(override, 'title') ?? `${text(root, 'title') ?? text(root, 'id')}${suffix}`;
  return {
    id: `${text(root, 'id')}${caseId ? `/${caseId}` : ''}${coordinates && `[${coordinates}]`}`,
    title: `${title}${values && ` [${values}]`}`,
    location: { file, line, column },
    coordinates: Object.fromEntries(combination.map(({ path, text }) => [path, text])),
  };
}
