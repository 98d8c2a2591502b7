/** Validates source nodes with a schema and says every mistake in words of the language, at the place where it was written. */
import { z } from 'zod';
import { type Diagnostic, diagnostic } from './diagnostics.ts';
import { nearestPlace, nodeAt, type Path, plain, type SourceNode } from './source-node.ts';
import { hintFor } from './suggest.ts';

/** A mistake before it has a place. `missing` ones disappear when another part of the scenario says what is missing here. */
export interface Finding {
  path: Path;
  kind: 'missing' | 'unknown-key' | 'wrong';
  message: string;
  hint?: string | undefined;
}

export type Checked<Value> = { ok: true; value: Value } | { ok: false; findings: Finding[] };

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

/** All mistakes at once. */
export function check<Schema extends z.ZodType>(schema: Schema, node: SourceNode): Checked<z.output<Schema>> {
  const allowedKeys: AllowedKeys = new WeakMap();
  const result = schema.safeParse(plain(node), { error: (issue) => sentence(issue, allowedKeys) });
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, findings: result.error.issues.flatMap((issue) => explain(issue, [], node, allowedKeys)) };
}

/** The finding with the place that `node` knows for it: the value where it is one, else the key. */
export function locate({ kind, path, message, hint }: Finding, node: SourceNode): Diagnostic {
  const found = kind === 'unknown-key' ? undefined : nodeAt(node, path);
  return diagnostic(found?.kind === 'scalar' ? found.at : nearestPlace(node, path), message, hint);
}

/** Which keys a map may have, by the list of its unknown ones: zod tells the schema only while it words the issue. */
type AllowedKeys = WeakMap<readonly string[], readonly string[]>;

/** Words an issue for which the schema has no sentence of its own. */
function sentence(issue: RawIssue, allowedKeys: AllowedKeys): string | undefined {
  if (issue.code === 'unrecognized_keys' && issue.inst instanceof z.ZodObject)
    allowedKeys.set(issue.keys as string[], Object.keys(issue.inst.shape));
  if (issue.code === 'invalid_type') return `expected ${wording(String(issue.expected))}, found ${kindOf(issue.input)}`;
  if (issue.code === 'too_small') return `expected ${bound('at least', issue.minimum, issue.origin)}`;
  if (issue.code === 'too_big') return `expected ${bound('at most', issue.maximum, issue.origin)}`;
  return undefined;
}

const countedIn: Readonly<Record<string, string>> = { array: ' in the list', string: ' characters' };
const bound = (side: string, limit: number | bigint, origin: string): string =>
  origin === 'string' && limit === 1 ? 'some text' : `${side} ${limit}${countedIn[origin] ?? ''}`;

const words: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  null: 'nothing',
  never: 'nothing',
};
const wording = (type: string): string => words[type] ?? type;

function kindOf(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'empty text' : `text "${value.slice(0, 60)}"`;
  if (Array.isArray(value)) return 'a list';
  if (value === undefined || value === null) return 'nothing';
  return typeof value === 'object' ? 'a map' : String(value);
}

function explain(issue: Issue, above: Path, root: SourceNode, allowedKeys: AllowedKeys): Finding[] {
  const path = [...above, ...issue.path];
  const found = nodeAt(root, path);
  const wrong = (message: string, hint?: string): Finding => ({ path, kind: 'wrong', message, hint });
  if (found === undefined && issue.code !== 'custom')
    return [{ path, kind: 'missing', message: `"${String(path.at(-1))}" is missing` }];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const allowed = allowedKeys.get(issue.keys) ?? [];
      return issue.keys.map((key) => ({
        path: [...path, key],
        kind: 'unknown-key',
        message: `unknown key "${key}"`,
        hint: hintFor(key, allowed),
      }));
    }
    case 'invalid_value':
      return [unknownValue(path, found, issue.values.map(String), issue.message)];
    case 'invalid_union':
      return explainUnion(issue.errors, path, root, allowedKeys);
    default:
      return [wrong(issue.message)];
  }
}

function unknownValue(path: Path, found: SourceNode | undefined, allowed: readonly string[], message: string): Finding {
  if (found?.kind !== 'scalar')
    return {
      path,
      kind: 'wrong',
      message: `expected one word, found ${found?.kind === 'list' ? 'a list' : 'a map'}`,
      hint: hintFor('', allowed),
    };
  const own = message.startsWith('Invalid ') ? undefined : message;
  return {
    path,
    kind: 'wrong',
    message: own ?? `unknown value "${found.value}"`,
    hint: own ? undefined : hintFor(String(found.value), allowed),
  };
}

/**
 * Of the alternatives, the one that the author meant explains what is wrong: the one of the same kind (map, list, text).
 * Where none is, the kinds that could stand here are said.
 */
function explainUnion(branches: readonly Issue[][], path: Path, root: SourceNode, allowedKeys: AllowedKeys): Finding[] {
  const found = nodeAt(root, path);
  const flat = branches.flatMap(flattened);
  const fitting = flat.filter((issues) => !issues.some((issue) => isOtherKind(issue, found)));
  const choices = fitting.flat().filter((issue) => issue.code === 'invalid_value' && issue.path.length === 0);
  if (fitting.length > 0 && choices.length === fitting.flat().length) {
    const values = choices.flatMap((issue) => (issue.code === 'invalid_value' ? issue.values.map(String) : []));
    return [unknownValue(path, found, values, choices[0]!.message)];
  }
  const meant = fitting.toSorted((a, b) => a.length - b.length)[0];
  if (meant) return meant.flatMap((issue) => explain(issue, path, root, allowedKeys));
  return [noneFits(flat.flat(), path, found)];
}

/** Unions in unions count as one. */
function flattened(issues: Issue[]): Issue[][] {
  const [only] = issues;
  return issues.length === 1 && only?.code === 'invalid_union' && only.path.length === 0
    ? only.errors.flatMap(flattened)
    : [issues];
}

/** True when `issue` says that this alternative is not even of the kind that was written. */
function isOtherKind(issue: Issue, found: SourceNode | undefined): boolean {
  if (issue.path.length > 0) return false;
  return issue.code === 'invalid_type' || (issue.code === 'invalid_value' && typeof scalarOf(found) !== 'string');
}

const scalarOf = (node: SourceNode | undefined): unknown => (node?.kind === 'scalar' ? node.value : undefined);

function noneFits(issues: readonly Issue[], path: Path, found: SourceNode | undefined): Finding {
  const own = issues.find((issue) => issue.code === 'invalid_type' && !issue.message.startsWith('expected '));
  const kinds = issues.flatMap((issue) => (issue.code === 'invalid_type' ? [wording(issue.expected)] : []));
  const values = issues.flatMap((issue) => (issue.code === 'invalid_value' ? issue.values.map(String) : []));
  const wanted = [
    ...new Set([...(values.length > 0 ? ['one word'] : []), ...kinds.filter((kind) => kind !== 'nothing')]),
  ];
  const message = own?.message ?? `expected ${wanted.join(' or ')}, found ${kindOf(found && plain(found))}`;
  return {
    path,
    kind: 'wrong',
    message,
    hint: own || values.length === 0 ? undefined : hintFor('', [...new Set(values)]),
  };
}
