/**
 * CTAP messages as tables of fields, each with a CBOR key, a name and a type. Parser and encoder are generated from the table.
 * Emulator and client share the tables, so each parameter has one name and one check.
 */
import type { CborKey, CborMap, CborValue } from './cbor.ts';
import { CtapError } from './errors.ts';

/** Parses and encodes the value of a field. `parse` throws a CtapError for a value of another type. */
export interface FieldType<T> {
  parse(value: CborValue, path: string): T;
  encode(value: T): CborValue;
}

export interface Field<T, Required extends boolean> {
  key: CborKey;
  type: FieldType<T>;
  required: Required;
}

// biome-ignore lint/suspicious/noExplicitAny: a table of fields of different types
type Fields = Record<string, Field<any, boolean>>;
type TypeOf<F> = F extends Field<infer T, boolean> ? T : never;
type RequiredNames<F extends Fields> = { [N in keyof F]: F[N]['required'] extends true ? N : never }[keyof F];
type Simplify<T> = { [K in keyof T]: T[K] };
/** The type of a parsed message with the given fields. */
export type MessageOf<F extends Fields> = Simplify<
  { [N in RequiredNames<F>]: TypeOf<F[N]> } & { [N in Exclude<keyof F, RequiredNames<F>>]?: TypeOf<F[N]> | undefined }
>;

export interface Message<T> extends FieldType<T> {
  /** The members by name. */
  readonly fields: Readonly<Fields>;
  /**
   * Checks required members and types. Unknown members are ignored, as CTAP requires.
   * @throws {CtapError} CTAP2_ERR_MISSING_PARAMETER, CTAP2_ERR_CBOR_UNEXPECTED_TYPE, CTAP1_ERR_INVALID_LENGTH
   */
  parse(value: CborValue, path?: string): T;
  encode(value: T): CborMap;
}

export const required = <T>(key: CborKey, type: FieldType<T>): Field<T, true> => ({ key, type, required: true });
export const optional = <T>(key: CborKey, type: FieldType<T>): Field<T, false> => ({ key, type, required: false });

/** Returns the message type with the given fields. Nested CTAP structures use text keys, which are also the names of their fields. */
export function message<F extends Fields>(fields: F): Message<MessageOf<F>> {
  const table = Object.entries(fields);
  return {
    fields,
    parse(value, path = '') {
      if (!(value instanceof Map)) throw createTypeError(path || 'parameters', 'a map', value);
      const parsed: Record<string, unknown> = {};
      for (const [name, field] of table) {
        const found = value.get(field.key);
        if (found !== undefined) parsed[name] = field.type.parse(found, path ? `${path}.${name}` : name);
        else if (field.required) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER', path ? `${path}.${name}` : name);
      }
      return parsed as MessageOf<F>;
    },
    encode(message) {
      const map: CborMap = new Map();
      for (const [name, field] of table) {
        const value = (message as Record<string, unknown>)[name];
        if (value !== undefined) map.set(field.key, field.type.encode(value));
      }
      return map;
    },
  };
}

function createTypeError(path: string, expected: string, found: CborValue): CtapError {
  return new CtapError(
    'CTAP2_ERR_CBOR_UNEXPECTED_TYPE',
    `Expected ${path} to be ${expected}, got ${describeType(found)}`,
  );
}

function describeType(value: CborValue): string {
  if (value === null) return 'null';
  if (value instanceof Uint8Array) return 'a byte string';
  if (value instanceof Map) return 'a map';
  if (Array.isArray(value)) return 'an array';
  return `a ${typeof value}`;
}

function createPrimitive<T extends CborValue>(expected: string, accepts: (value: CborValue) => boolean): FieldType<T> {
  return {
    parse(value, path) {
      if (!accepts(value)) throw createTypeError(path, expected, value);
      return value as T;
    },
    encode: (value) => value,
  };
}

export const text = createPrimitive<string>('a text string', (value) => typeof value === 'string');
export const boolean = createPrimitive<boolean>('a boolean', (value) => typeof value === 'boolean');
export const unsigned = createPrimitive<number>(
  'an unsigned integer',
  (value) => typeof value === 'number' && value >= 0,
);
export const integer = createPrimitive<number>('an integer', (value) => typeof value === 'number');
export const bytes = createPrimitive<Uint8Array>('a byte string', (value) => value instanceof Uint8Array);
export const anyMap = createPrimitive<CborMap>('a map', (value) => value instanceof Map);
export const anyValue = createPrimitive<CborValue>('a value', () => true);

/** A byte string of exactly `size` bytes. */
export function bytesOf(size: number): FieldType<Uint8Array> {
  return {
    parse(value, path) {
      const found = bytes.parse(value, path);
      if (found.length !== size)
        throw new CtapError('CTAP1_ERR_INVALID_LENGTH', `Expected ${path} to have ${size} bytes, got ${found.length}`);
      return found;
    },
    encode: (value) => value,
  };
}

/** An array of items of one type. */
export function arrayOf<T>(item: FieldType<T>): FieldType<T[]> {
  return {
    parse(value, path) {
      if (!Array.isArray(value)) throw createTypeError(path, 'an array', value);
      return value.map((entry, index) => item.parse(entry, `${path}[${index}]`));
    },
    encode: (items) => items.map((entry) => item.encode(entry)),
  };
}

/** A map with text keys and values of one type, parsed to a plain object. */
export function recordOf<T>(item: FieldType<T>): FieldType<Record<string, T>> {
  return {
    parse(value, path) {
      if (!(value instanceof Map)) throw createTypeError(path, 'a map', value);
      return Object.fromEntries(
        [...value].map(([key, entry]) => [text.parse(key, `${path} key`), item.parse(entry, `${path}.${key}`)]),
      );
    },
    encode: (record) => new Map(Object.entries(record).map(([key, entry]) => [key, item.encode(entry)])),
  };
}
