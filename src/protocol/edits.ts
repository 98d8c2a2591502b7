/** Functions that change a member of a CBOR map, or bytes: building blocks of defects and of conformance cases. */
import { concat } from '#base/bytes.ts';
import type { CborKey, CborMap, CborValue } from './cbor.ts';

export type Bytes = (bytes: Uint8Array) => Uint8Array;
export type Edit = (map: CborMap) => CborMap;

/** Returns a function that sets a member of a map. */
export const setMember =
  (key: CborKey, value: CborValue): Edit =>
  (map) =>
    new Map(map).set(key, value);

/** Returns a function that deletes a member of a map. */
export const deleteMember =
  (key: CborKey): Edit =>
  (map) =>
    new Map([...map].filter(([name]) => name !== key));

/** Returns a function that changes a member of a map, if the map has it. */
export const editMember =
  (key: CborKey, change: (value: CborValue) => CborValue): Edit =>
  (map) => {
    const value = map.get(key);
    return value === undefined ? map : setMember(key, change(value))(map);
  };

/** Returns a function that changes a member that is a map. */
export const editMap = (key: CborKey, change: Edit): Edit =>
  editMember(key, (value) => (value instanceof Map ? change(value) : value));

/** Returns a function that changes a member that is a byte string. */
export const editBytes = (key: CborKey, change: Bytes): Edit =>
  editMember(key, (value) => (value instanceof Uint8Array ? change(value) : value));

/** Returns a function that changes a member that is a list. */
export const editList = (key: CborKey, change: (items: CborValue[]) => CborValue): Edit =>
  editMember(key, (value) => (Array.isArray(value) ? change(value) : value));

/** Returns a function that appends bytes. */
export const appendBytes =
  (...more: number[]): Bytes =>
  (bytes) =>
    concat(bytes, new Uint8Array(more));

/** Returns a function that removes the last `count` bytes. */
export const dropLastBytes =
  (count: number): Bytes =>
  (bytes) =>
    bytes.slice(0, Math.max(0, bytes.length - count));

/** Returns a function that inverts `bits` of one byte; a negative index counts from the end. */
export const flipBits =
  (index: number, bits = 0x01): Bytes =>
  (bytes) => {
    const changed = bytes.slice();
    const at = index < 0 ? changed.length + index : index;
    if (at >= 0 && at < changed.length) changed[at]! ^= bits;
    return changed;
  };

/** Returns as many zero bytes. */
export const zeroBytes: Bytes = (bytes) => new Uint8Array(bytes.length);
