/**
 * Web IDL conversions of what a page passes, as far as the options of WebAuthn need them (Web IDL section 3.2). Types are
 * values, so that a dictionary is described once and converted in two ways: from objects with buffers (`fromBuffers`) and
 * from JSON (`fromJson`).
 */
import { fromBase64url, toBase64url } from './base64url.ts';

/** Converts a member of the type BufferSource or Base64URLString. */
type ConvertBytes = (value: unknown, path: string) => unknown;

/**
 * Returns the converted value.
 * @throws {TypeError} as Web IDL demands.
 */
export type IdlType = (value: unknown, path: string, convertBytes: ConvertBytes) => unknown;

interface Member {
  type: IdlType;
  required?: boolean;
  initial?: unknown;
}

/** Members in the order of conversion: lexicographical. */
type Members = Readonly<Record<string, Member>>;

export const domString: IdlType = (value, path) => {
  if (typeof value === 'symbol') throw new TypeError(`Cannot convert ${path}: a symbol is not a string`);
  return String(value);
};
export const boolean: IdlType = (value) => Boolean(value);
export const long: IdlType = (value) => +(value as number) | 0;
export const unsignedLong: IdlType = (value) => +(value as number) >>> 0;
export const bytes: IdlType = (value, path, convertBytes) => convertBytes(value, path);

export const sequence =
  (of: IdlType): IdlType =>
  (value, path, convertBytes) => {
    const iterable = value as Iterable<unknown> | null | undefined;
    if (!isObject(iterable) || typeof iterable[Symbol.iterator] !== 'function')
      throw new TypeError(`Cannot convert ${path}: it is not a sequence`);
    return Array.from(iterable, (item, index) => of(item, `${path}[${index}]`, convertBytes));
  };

/** record<DOMString, T>. */
export const record =
  (of: IdlType): IdlType =>
  (value, path, convertBytes) => {
    if (!isObject(value)) throw new TypeError(`Cannot convert ${path}: it is not an object`);
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, of(item, `${path}.${key}`, convertBytes)]),
    );
  };

export const required = (type: IdlType): Member => ({ type, required: true });
export const optional = (type: IdlType, initial?: unknown): Member => ({ type, initial });

/** A dictionary; members of inherited dictionaries come first. */
export const dictionary =
  (...inherited: Members[]): IdlType =>
  (value, path, convertBytes) => {
    if (value !== undefined && value !== null && !isObject(value))
      throw new TypeError(`Cannot convert ${path}: it is not an object`);
    const source = (value ?? {}) as Record<string, unknown>;
    const converted: Record<string, unknown> = {};
    for (const [name, { type, required = false, initial }] of inherited.flatMap((members) => Object.entries(members))) {
      const member = source[name];
      if (member !== undefined) converted[name] = type(member, `${path}.${name}`, convertBytes);
      else if (required) throw new TypeError(`Cannot convert ${path}: the required member "${name}" is missing`);
      else if (initial !== undefined) converted[name] = structuredClone(initial);
    }
    return converted;
  };

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** Converts an object with buffers; every BufferSource becomes base64url. */
export const fromBuffers = (type: IdlType, value: unknown, path: string) =>
  type(value, path, (source, memberPath) => toBase64url(readBuffer(source, memberPath)));

/** Converts JSON; every Base64URLString becomes an ArrayBuffer. @throws {DOMException} EncodingError for other text. */
export const fromJson = (type: IdlType, value: unknown, path: string) =>
  type(value, path, (text, memberPath) => {
    const decoded = fromBase64url(String(text));
    if (decoded) return decoded;
    throw new DOMException(`Cannot decode ${memberPath}: it is not base64url`, 'EncodingError');
  });

const bufferLength = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength')?.get;

/** Returns the bytes of an ArrayBuffer or a view of one, of any window. */
function readBuffer(source: unknown, path: string): Uint8Array {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  try {
    bufferLength?.call(source);
    return new Uint8Array(source as ArrayBuffer);
  } catch {
    throw new TypeError(`Cannot convert ${path}: it is neither an ArrayBuffer nor a view of one`);
  }
}
