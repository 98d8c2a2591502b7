/**
 * The door of the scenario language: files in, cases to run and everything that is wrong out.
 * Nothing is run when there are diagnostics; an empty list of cases is for the caller to refuse.
 */
import { createMask } from '#result/mask.ts';
import { check, type Finding, locate } from './check.ts';
import { type Diagnostic, diagnostic, sortDiagnostics } from './diagnostics.ts';
import { expand, type Vocabulary } from './expand.ts';
import type { ExpandedCase } from './expanded-case.ts';
import { Library, type SourceFile } from './library.ts';
import { scenarioFile } from './schema.ts';
import { type MapNode, nodeAt, type SourceNode } from './source-node.ts';
import { containsReference } from './variables.ts';

export interface LoadOptions extends Vocabulary {
  /** Folder that paths and places are relative to. */
  projectRoot: string;
}

export interface LoadedScenarios {
  /** In the order of files and of cases in them; without those that are wrong. */
  cases: ExpandedCase[];
  /** Sorted, each once; empty when all is well. */
  diagnostics: Diagnostic[];
  /** Text of every file that was read, by its name in places, for code frames. */
  sources: ReadonlyMap<string, string>;
}

/** Loads scenario files and folders of them. Never throws for what is in them. */
export function loadScenarios(paths: readonly string[], options: LoadOptions): LoadedScenarios {
  const library = new Library(options.projectRoot);
  const named = library.find(paths);
  const files = named.map((path) => library.read(path));
  const diagnostics = library.files.flatMap(mistakesInFile);
  const scenarios = files.filter((source, index) => {
    const isScenario = source.root !== undefined && nodeAt(source.root, ['id']) !== undefined;
    const isShared = library.included.has(named[index]!);
    if (source.root && !isScenario && !isShared) diagnostics.push(withoutId(source.root));
    return isScenario;
  });
  diagnostics.push(...duplicateIds(scenarios.map(({ root }) => root && nodeAt(root, ['id']))));
  const expanded = scenarios.map((source) => expand(source, options));
  diagnostics.push(...library.diagnostics, ...expanded.flatMap((one) => one.diagnostics));
  return {
    cases: expanded.flatMap(({ cases }) => cases),
    diagnostics: sortDiagnostics(diagnostics.map(withoutSecrets(options.env ?? {}, library.sources))),
    sources: library.sources,
  };
}

const withoutId = (root: MapNode): Diagnostic =>
  diagnostic(root.at, '"id" is missing', 'a scenario has an id; only a file that another one includes goes without');

function mistakesInFile({ root }: SourceFile): Diagnostic[] {
  if (root === undefined) return [];
  const checked = check(scenarioFile, root);
  const findings = checked.ok ? [] : checked.findings.filter((finding) => isFinal(finding, root));
  const cases = nodeAt(root, ['cases']);
  const caseIds = cases?.kind === 'list' ? cases.items.map((item) => nodeAt(item, ['id'])) : [];
  return [...findings.map((finding) => locate(finding, root)), ...duplicateIds(caseIds)];
}

/** Whether the file alone is enough to judge: what is missing here, another part may say, and a reference has no value yet. */
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
      ? [diagnostic(id.at, `id "${id.value}" is used twice`, `first in ${earlier.at.file}:${earlier.at.line}`)]
      : [];
  });
}

/** Values of secrets that a scenario names never reach a message. */
function withoutSecrets(
  env: NonNullable<LoadOptions['env']>,
  sources: ReadonlyMap<string, string>,
): (one: Diagnostic) => Diagnostic {
  const names = [...sources.values()].flatMap((text) =>
    [...text.matchAll(/\$\{secret:(\w+)/g)].map(([, name]) => name!),
  );
  const mask = createMask({ secrets: names.flatMap((name) => env[name] ?? []) });
  return (one) => diagnostic(one, mask(one.message), one.hint && mask(one.hint));
}
