/** Validates source nodes with a schema and says every mistake in words of the language, at the place where it was written. */
import type { z } from 'zod';
import { type Diagnostic, diagnostic } from './diagnostics.ts';
import { nearestPlace, nodeAt, type Path, plain, type SourceNode } from './source-node.ts';
import { hintFor } from './suggest.ts';
import { type AllowedKeys, found, isOwnSentence, kindName, sentence } from './validation-messages.ts';

/** A mistake before it has a place. A `missing` one may disappear when another part of the scenario says what is missing. */
export interface Finding {
  path: Path;
  kind: 'missing' | 'unknown-key' | 'wrong';
  message: string;
  hint?: string | undefined;
}

export type Checked<Value> = { ok: true; value: Value } | { ok: false; findings: Finding[] };

/** All mistakes at once. */
export function check<Schema extends z.ZodType>(schema: Schema, node: SourceNode): Checked<z.output<Schema>> {
  const allowedKeys: AllowedKeys = new WeakMap();
  const result = schema.safeParse(plain(node), { error: (issue) => sentence(issue, allowedKeys) });
  if (result.success) return { ok: true, value: result.data };
  const explainer = new Explainer(node, allowedKeys);
  return { ok: false, findings: result.error.issues.flatMap((issue) => explainer.explain(issue)) };
}

/** The finding with the place that `node` knows for it: the value where it is one, else the key. */
export function locate({ kind, path, message, hint }: Finding, node: SourceNode): Diagnostic {
  const value = kind === 'unknown-key' ? undefined : nodeAt(node, path);
  return diagnostic(value?.kind === 'scalar' ? value.at : nearestPlace(node, path), message, hint);
}

type Issue = z.core.$ZodIssue;

class Explainer {
  readonly #root: SourceNode;
  readonly #allowedKeys: AllowedKeys;

  constructor(root: SourceNode, allowedKeys: AllowedKeys) {
    this.#root = root;
    this.#allowedKeys = allowedKeys;
  }

  /** What `issue` means to the author; its path counts from `above`. */
  explain(issue: Issue, above: Path = []): Finding[] {
    const path = [...above, ...issue.path];
    const node = nodeAt(this.#root, path);
    if (node === undefined && issue.code !== 'custom')
      return [{ path, kind: 'missing', message: `"${String(path.at(-1))}" is missing` }];
    if (issue.code === 'unrecognized_keys') return this.#unknownKeys(issue.keys, path);
    if (issue.code === 'invalid_union') return this.#union(issue.errors, path, node);
    if (issue.code === 'invalid_value') return [unknownWord(path, node, valuesOf(issue), issue.message)];
    return [{ path, kind: 'wrong', message: issue.message }];
  }

  #unknownKeys(keys: readonly string[], path: Path): Finding[] {
    const allowed = this.#allowedKeys.get(keys) ?? [];
    return keys.map((key) => ({
      path: [...path, key],
      kind: 'unknown-key',
      message: `unknown key "${key}"`,
      hint: hintFor(key, allowed),
    }));
  }

  /**
   * Of the alternatives, the one that the author meant explains what is wrong: the one of the same kind (map, list, text).
   * Where none is, the kinds that could stand here are said.
   */
  #union(branches: readonly Issue[][], path: Path, node: SourceNode | undefined): Finding[] {
    const alternatives = branches.flatMap(flattened);
    const fitting = alternatives.filter((issues) => !issues.some((issue) => isOtherKind(issue, node)));
    const issues = fitting.flat();
    if (issues.length === 0) return [noneFits(alternatives.flat(), path, node)];
    if (issues.every((issue) => issue.code === 'invalid_value' && issue.path.length === 0))
      return [unknownWord(path, node, issues.flatMap(valuesOf), issues[0]!.message)];
    const meant = fitting.toSorted((a, b) => a.length - b.length)[0]!;
    return meant.flatMap((issue) => this.explain(issue, path));
  }
}

/** Unions in unions count as one. */
function flattened(issues: Issue[]): Issue[][] {
  const [only] = issues;
  const isUnion = issues.length === 1 && only?.code === 'invalid_union' && only.path.length === 0;
  return isUnion ? only.errors.flatMap(flattened) : [issues];
}

/** True when `issue` says that this alternative is not even of the kind that was written. */
function isOtherKind(issue: Issue, node: SourceNode | undefined): boolean {
  if (issue.path.length > 0) return false;
  const isText = node?.kind === 'scalar' && typeof node.value === 'string';
  return issue.code === 'invalid_type' || (issue.code === 'invalid_value' && !isText);
}

const valuesOf = (issue: Issue): string[] => (issue.code === 'invalid_value' ? issue.values.map(String) : []);

function unknownWord(path: Path, node: SourceNode | undefined, allowed: readonly string[], message: string): Finding {
  if (isOwnSentence(message)) return { path, kind: 'wrong', message };
  if (node?.kind === 'scalar' && node.value !== null) {
    const word = String(node.value);
    return { path, kind: 'wrong', message: `unknown value "${word}"`, hint: hintFor(word, allowed) };
  }
  return {
    path,
    kind: 'wrong',
    message: `expected one word, found ${found(node && plain(node))}`,
    hint: hintFor('', allowed),
  };
}

function noneFits(issues: readonly Issue[], path: Path, node: SourceNode | undefined): Finding {
  const mismatches = issues.filter((issue) => issue.code === 'invalid_type');
  const own = mismatches.find(({ message }) => isOwnSentence(message));
  if (own) return { path, kind: 'wrong', message: own.message };
  const values = [...new Set(issues.flatMap(valuesOf))];
  const kinds = mismatches.map(({ expected }) => kindName(expected)).filter((kind) => kind !== 'nothing');
  const wanted = [...new Set(values.length > 0 ? ['one word', ...kinds] : kinds)];
  const message = `expected ${wanted.join(' or ')}, found ${found(node && plain(node))}`;
  return { path, kind: 'wrong', message, hint: hintFor('', values) };
}
