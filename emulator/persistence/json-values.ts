/** Plain values as JSON: byte strings become `{ "base64url": ... }`, undefined members are left out. */
import { fromBase64url, toBase64url } from '#base/bytes.ts';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

/** @throws {TypeError} for a function, a class instance, or a number that JSON cannot represent. */
export function toJson(value: unknown): Json {
  if (value === undefined || value === null) return null;
  if (value instanceof Uint8Array) return { base64url: toBase64url(value) };
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'boolean' || typeof value === 'string' || Number.isFinite(value)) return value as Json;
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype)
    throw new TypeError(`Expected plain data, got ${Object.prototype.toString.call(value)}`);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : [[name, toJson(member)]])),
  );
}

/** The inverse of `toJson`; null becomes undefined. @throws {RangeError} for bytes that are not base64url. */
export function fromJson(json: unknown): unknown {
  if (json === null) return undefined;
  if (Array.isArray(json)) return json.map(fromJson);
  if (typeof json !== 'object') return json;
  const { base64url, ...rest } = json as { base64url?: unknown };
  if (typeof base64url === 'string' && Object.keys(rest).length === 0) return fromBase64url(base64url);
  return Object.fromEntries(Object.entries(json).map(([name, member]) => [name, fromJson(member)]));
}
