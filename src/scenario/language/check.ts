/** Validates source nodes with a schema. Reports every error in terms of the scenario language, at the location of the value. */
import type { z } from 'zod';
import { type Diagnostic, diagnostic } from './diagnostics.ts';
import { nearestPlace, nodeAt, type Path, type SourceNode, toPlainValue } from './source-node.ts';
import { hintFor } from './suggest.ts';
import { describeValue, kindName, ValidationMessages } from './validation-messages.ts';

/** An error without a location. A `missing` value may be defined by another part of the scenario. */
export interface Finding {
  path: Path;
  kind: 'missing' | 'unknown-key' | 'wrong';
  message: string;
  hint?: string | undefined;
}

export type Checked<Value> = { ok: true; value: Value } | { ok: false; findings: Finding[] };

/** Returns the validated value, or all errors. */
export function check<Schema extends z.ZodType>(schema: Schema, node: SourceNode): Checked<z.output<Schema>> {
  const messages = new ValidationMessages();
  const result = schema.safeParse(toPlainValue(node), { error: messages.create });
  if (result.success) return { ok: true, value: result.data };
  const explainer = new Explainer(node, messages);
  return { ok: false, findings: result.error.issues.flatMap((issue) => explainer.explain(issue)) };
}

/** Adds the location of the value, or of its key if the value is not a scalar. */
export function locate({ kind, path, message, hint }: Finding, node: SourceNode): Diagnostic {
  const value = kind === 'unknown-key' ? undefined : nodeAt(node, path);
  return diagnostic(value?.kind === 'scalar' ? value.at : nearestPlace(node, path), message, hint);
}

type Issue = z.core.$ZodIssue;

class Explainer {
  readonly #root: SourceNode;
  readonly #messages: ValidationMessages;

  constructor(root: SourceNode, messages: ValidationMessages) {
    this.#root = root;
    this.#messages = messages;
  }

  /** Translates an issue of zod. The path of the issue is relative to `parent`. */
  explain(issue: Issue, parent: Path = []): Finding[] {
    const path = [...parent, ...issue.path];
    const node = nodeAt(this.#root, path);
    if (node === undefined && issue.code !== 'custom')
      return [{ path, kind: 'missing', message: `Missing key "${String(path.at(-1))}"` }];
    if (issue.code === 'unrecognized_keys') return this.#explainUnknownKeys(issue.keys, path);
    if (issue.code === 'invalid_union') return this.#explainUnion(issue.errors, path, node);
    if (issue.code === 'invalid_value') return [this.#explainUnknownWord(path, node, valuesOf(issue), issue.message)];
    return [{ path, kind: 'wrong', message: issue.message }];
  }

  #explainUnknownKeys(keys: readonly string[], path: Path): Finding[] {
    const allowed = this.#messages.allowedKeys(keys);
    return keys.map((key) => ({
      path: [...path, key],
      kind: 'unknown-key',
      message: `Unknown key "${key}"`,
      hint: misplacedHint(key, allowed) ?? hintFor(key, allowed),
    }));
  }

  /**
   * Explains the alternative that the author probably meant: the one of the same kind (map, list, text) with the fewest issues. If
   * there is none, lists the kinds that are allowed.
   */
  #explainUnion(branches: readonly Issue[][], path: Path, node: SourceNode | undefined): Finding[] {
    const alternatives = branches.flatMap(flattenUnions);
    const ofSameKind = alternatives.filter((issues) => !issues.some((issue) => isOtherKind(issue, node)));
    const issues = ofSameKind.flat();
    const [first] = issues;
    if (first === undefined) return [this.#explainNoAlternative(alternatives.flat(), path, node)];
    if (issues.every((issue) => issue.code === 'invalid_value' && issue.path.length === 0))
      return [this.#explainUnknownWord(path, node, issues.flatMap(valuesOf), first.message)];
    const [meant = []] = ofSameKind.toSorted((a, b) => a.length - b.length);
    return meant.flatMap((issue) => this.explain(issue, path));
  }

  #explainUnknownWord(path: Path, node: SourceNode | undefined, allowed: readonly string[], message: string): Finding {
    if (this.#messages.isCustom(message)) return { path, kind: 'wrong', message };
    if (node?.kind === 'scalar' && node.value !== null) {
      const word = String(node.value);
      return { path, kind: 'wrong', message: `Unknown value "${word}"`, hint: hintFor(word, allowed) };
    }
    const got = describeValue(node && toPlainValue(node));
    return { path, kind: 'wrong', message: `Expected one word, got ${got}`, hint: hintFor('', allowed) };
  }

  #explainNoAlternative(issues: readonly Issue[], path: Path, node: SourceNode | undefined): Finding {
    const mismatches = issues.filter((issue) => issue.code === 'invalid_type');
    const custom = mismatches.find(({ message }) => this.#messages.isCustom(message));
    if (custom) return { path, kind: 'wrong', message: custom.message };
    const values = [...new Set(issues.flatMap(valuesOf))];
    const kinds = mismatches.map(({ expected }) => kindName(expected)).filter((kind) => kind !== 'nothing');
    const expected = [...new Set(values.length > 0 ? ['one word', ...kinds] : kinds)].join(' or ');
    const got = describeValue(node && toPlainValue(node));
    return { path, kind: 'wrong', message: `Expected ${expected}, got ${got}`, hint: hintFor('', values) };
  }
}

/** Keys of what page steps act on. A wrong indentation or brace makes them keys of the step. */
const keysOfPageSteps = [
  'role',
  'text',
  'placeholder',
  'test-id',
  'css',
  'exact',
  'has-text',
  'nth',
  'within',
  'frame',
  'opens-tab',
  'value',
  'option',
  'state',
];

/** Returns a hint for a key that belongs inside the argument of a page step. */
function misplacedHint(key: string, allowed: readonly string[]): string | undefined {
  if (!allowed.includes('click') || !keysOfPageSteps.includes(key)) return undefined;
  return 'Put it inside the argument of the step, e.g. click: { role: button, name: Next, exact: true }';
}

/** Treats the alternatives of a nested union as alternatives of the outer one. */
function flattenUnions(issues: Issue[]): Issue[][] {
  const [only] = issues;
  const isUnion = issues.length === 1 && only?.code === 'invalid_union' && only.path.length === 0;
  return isUnion ? only.errors.flatMap(flattenUnions) : [issues];
}

/** Returns true if this alternative is of another kind (map, list, text) than the value. */
function isOtherKind(issue: Issue, node: SourceNode | undefined): boolean {
  if (issue.path.length > 0) return false;
  const isText = node?.kind === 'scalar' && typeof node.value === 'string';
  return issue.code === 'invalid_type' || (issue.code === 'invalid_value' && !isText);
}

const valuesOf = (issue: Issue): string[] => (issue.code === 'invalid_value' ? issue.values.map(String) : []);
