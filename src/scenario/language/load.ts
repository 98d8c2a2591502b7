/**
 * Entry point of the scenario language: loads files and returns the cases to run, and all errors. Nothing may run if there are errors.
 * The caller has to reject an empty list of cases.
 */
import { createMask } from '#result/mask.ts';
import { check, type Finding, locate } from './check.ts';
import { type Diagnostic, diagnostic, sortDiagnostics } from './diagnostics.ts';
import { type ExpandOptions, expand } from './expand.ts';
import type { ExpandedCase } from './expanded-case.ts';
import { Library, type SourceFile } from './library.ts';
import { withoutNulls } from './merge.ts';
import { isCaseKey, scenarioFile } from './schema.ts';
import { isSiteFile, readSite } from './site-file.ts';
import { SiteLibrary } from './site-library.ts';
import { listNode, type MapEntry, type MapNode, mapNode, nodeAt, pickEntries, type SourceNode } from './source-node.ts';
import { containsReference } from './variables.ts';

export interface LoadOptions extends ExpandOptions {
  /** Folder that paths and locations are relative to. */
  projectRoot: string;
  /** Folder that contains every file that a scenario may include; default: `projectRoot`. */
  root?: string;
}

export interface LoadedScenarios {
  /** Valid cases, in the order of the files and of the cases in them. */
  cases: ExpandedCase[];
  /** Names of the site files among the files that were named or found in folders. */
  siteFiles: string[];
  /** Errors, sorted, each once. */
  diagnostics: Diagnostic[];
  /** Deprecated keys, sorted, each once. */
  warnings: Diagnostic[];
  /** Text of every file that was read, by its name in diagnostics. */
  sources: ReadonlyMap<string, string>;
}

/** Loads scenario files and folders. Never throws because of their content. */
export function loadScenarios(paths: readonly string[], options: LoadOptions): LoadedScenarios {
  const { projectRoot, root = projectRoot } = options;
  const library = new Library({ projectRoot, root });
  const named = library.find(paths);
  const files = named.map((path) => ({ path, source: library.read(path) }));
  const siteFiles = files.flatMap(({ path, source }) =>
    source.root && isSiteFile(source.root) && !library.included.has(path) ? [source.file] : [],
  );
  const isSite = ({ file }: SourceFile) => siteFiles.includes(file);
  const diagnostics = library.files.flatMap((source) =>
    isSite(source) ? findErrorsInSite(source, library) : findErrorsInFile(source),
  );
  const scenarios = files.flatMap(({ path, source }) => {
    if (isSite(source)) return [];
    if (source.root !== undefined && nodeAt(source.root, ['id']) !== undefined) return [source];
    if (source.root && !library.included.has(path)) diagnostics.push(missingId(source.root));
    return [];
  });
  diagnostics.push(...duplicateIds(scenarios.map(({ root }) => root && nodeAt(root, ['id']))));
  const sites = new SiteLibrary({ ...options, root });
  const expanded = scenarios.map((source) => expand(source, options, sites));
  diagnostics.push(...library.diagnostics, ...expanded.flatMap((one) => one.diagnostics));
  const sources = new Map([...library.sources, ...sites.sources]);
  const warnings = [...library.warnings, ...expanded.flatMap((one) => one.warnings)];
  return {
    cases: expanded.flatMap(({ cases }) => cases),
    siteFiles,
    diagnostics: sortDiagnostics(diagnostics.map(withoutSecrets(options.env ?? {}, sources))),
    warnings: sortDiagnostics(warnings),
    sources,
  };
}

const missingId = (root: MapNode): Diagnostic =>
  diagnostic(root.at, 'Missing key "id"', 'Only files that other files include have no id');

/** Does not check the environment variables of the file: only the cases that use the site need them. */
const findErrorsInSite = ({ file }: SourceFile, { sources }: Library): Diagnostic[] =>
  readSite(sources.get(file) ?? '', file, undefined).diagnostics;

function findErrorsInFile({ root }: SourceFile): Diagnostic[] {
  if (root === undefined) return [];
  const checked = check(scenarioFile, withoutRemovals(root));
  const findings = checked.ok ? [] : checked.findings.filter((finding) => isFinal(finding, root));
  const cases = nodeAt(root, ['cases']);
  const caseIds = cases?.kind === 'list' ? cases.items.map((item) => nodeAt(item, ['id'])) : [];
  return [...findings.map((finding) => locate(finding, root)), ...duplicateIds(caseIds)];
}

/** Returns the file without its null values, which remove values of included files or, in a case, of the file. */
function withoutRemovals(root: MapNode): MapNode {
  const mergedParts = withoutNulls(pickEntries(root, isCaseKey));
  const entries = [...root.entries].flatMap(([key, entry]): [string, MapEntry][] => {
    const value = isCaseKey(key) ? nodeAt(mergedParts, [key]) : entry.value;
    return value ? [[key, { key: entry.key, value: key === 'cases' ? withoutRemovalsInCases(value) : value }]] : [];
  });
  return mapNode(new Map(entries), root.at);
}

const withoutRemovalsInCases = (cases: SourceNode): SourceNode =>
  cases.kind === 'list'
    ? listNode(
        cases.items.map((item) => (item.kind === 'map' ? withoutRemovals(item) : item)),
        cases.at,
      )
    : cases;

/** Returns false if other files or the values of references decide whether it is an error. */
function isFinal({ kind, path }: Finding, root: MapNode): boolean {
  if (kind === 'missing') return path.at(-1) === 'id';
  const found = nodeAt(root, path);
  return kind === 'unknown-key' || found === undefined || !containsReference(found);
}

function duplicateIds(ids: readonly (SourceNode | undefined)[]): Diagnostic[] {
  const first = new Map<unknown, SourceNode>();
  return ids.flatMap((id) => {
    if (id?.kind !== 'scalar') return [];
    const earlier = first.get(id.value);
    if (earlier === undefined) first.set(id.value, id);
    return earlier
      ? [diagnostic(id.at, `Duplicate id "${id.value}"`, `First used in ${earlier.at.file}:${earlier.at.line}`)]
      : [];
  });
}

/** Masks the values of the secrets that the scenarios use. */
function withoutSecrets(
  env: NonNullable<LoadOptions['env']>,
  sources: ReadonlyMap<string, string>,
): (one: Diagnostic) => Diagnostic {
  const names = [...sources.values()].flatMap((text) =>
    [...text.matchAll(/\$\{secret:(\w+)/g)].flatMap(([, name]) => name ?? []),
  );
  const mask = createMask({ secrets: names.flatMap((name) => env[name] ?? []) });
  return (one) => diagnostic(one, mask(one.message), one.hint && mask(one.hint));
}
