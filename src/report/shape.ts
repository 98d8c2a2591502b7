/**
 * Shapes of JSON values: each checks a value and describes itself as JSON Schema (draft-07), so that the two cannot differ. Members that
 * a shape does not name are allowed, because later versions may add some. Written by hand because reports have two shapes only.
 */
import { isObject } from '#base/json.ts';

/** Returns the first problem of `value` with the path of the member, or undefined when there is none. */
type Check = (value: unknown, path: string) => string | undefined;

export interface Shape {
  check: Check;
  schema: Record<string, unknown>;
  isOptional?: boolean;
}

function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : JSON.stringify(value).slice(0, 60);
}

const problem = (path: string, expected: string, value: unknown): string =>
  `${path === '' ? '' : `${path}: `}expected ${expected}, got ${describeValue(value)}`;

const scalar = (expected: string, schema: Shape['schema'], accepts: (value: unknown) => boolean): Shape => ({
  check: (value, path) => (accepts(value) ? undefined : problem(path, expected, value)),
  schema,
});

export const text = scalar('a string', { type: 'string' }, (value) => typeof value === 'string');
export const number = scalar('a finite number', { type: 'number' }, Number.isFinite);
export const flag = scalar('true or false', { type: 'boolean' }, (value) => typeof value === 'boolean');
export const anything: Shape = { check: () => undefined, schema: {} };
export const oneOf = (words: readonly string[]): Shape =>
  scalar(`one of ${words.join(', ')}`, { enum: [...words] }, (value) => words.includes(value as string));

export const optional = ({ check, schema }: Shape): Shape => ({
  check: (value, path) => (value === undefined ? undefined : check(value, path)),
  schema,
  isOptional: true,
});

export const list = (item: Shape): Shape => ({
  check(value, path) {
    if (!Array.isArray(value)) return problem(path, 'a list', value);
    return firstProblem(value.map((entry, index) => () => item.check(entry, `${path}[${index}]`)));
  },
  schema: { type: 'array', items: item.schema },
});

export const record = (item: Shape): Shape => ({
  check(value, path) {
    if (!isObject(value)) return problem(path, 'an object', value);
    return firstProblem(
      Object.entries(value).map(
        ([key, entry]) =>
          () =>
            item.check(entry, `${path}.${key}`),
      ),
    );
  },
  schema: { type: 'object', additionalProperties: item.schema },
});

export const object = (members: Record<string, Shape>): Shape => ({
  check(value, path) {
    if (!isObject(value)) return problem(path, 'an object', value);
    const memberPath = (key: string) => (path === '' ? key : `${path}.${key}`);
    return firstProblem(
      Object.entries(members).map(
        ([key, shape]) =>
          () =>
            shape.check(value[key], memberPath(key)),
      ),
    );
  },
  schema: {
    type: 'object',
    properties: Object.fromEntries(Object.entries(members).map(([key, { schema }]) => [key, schema])),
    required: Object.entries(members).flatMap(([key, { isOptional }]) => (isOptional ? [] : key)),
  },
});

function firstProblem(checks: (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const found = check();
    if (found !== undefined) return found;
  }
  return undefined;
}
