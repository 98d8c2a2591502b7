/**
 * The bytes of a journal record: CBOR, with byte strings as byte strings. Records of journals of format version 1 are JSON, with
 * byte strings as base64url; they can still be decoded.
 */
import { Encoder } from 'cbor-x';
import { fromBase64url } from '#base/bytes.ts';
import { UsageError } from '#base/errors.ts';
import { fromJson } from './json-values.ts';

/** Standard CBOR maps with text keys; none of the extensions of cbor-x. */
const cbor = new Encoder({ useRecords: false, mapsAsObjects: true, tagUint8Array: false, copyBuffers: true });

/** The first byte of a JSON record, `{`. As CBOR it would begin a text string; a record is a map. */
const jsonStart = 0x7b;

/** Encodes plain data: objects, arrays, text, numbers, booleans, undefined and byte strings. */
export const encodeRecord = (value: unknown): Uint8Array => cbor.encode(value);

/** Byte strings become new Uint8Arrays. @throws {UsageError} if the record is neither CBOR nor JSON. */
export function decodeRecord(record: Uint8Array): unknown {
  try {
    return record[0] === jsonStart ? decodeJsonRecord(record) : cbor.decode(new Uint8Array(record));
  } catch (cause) {
    throw new UsageError('Cannot use the stored authenticator state: a record cannot be decoded', { cause });
  }
}

/** Format version 1 has the ids of deleted credentials as base64url text. */
function decodeJsonRecord(record: Uint8Array): unknown {
  const value = fromJson(JSON.parse(new TextDecoder().decode(record))) as { gone?: unknown };
  if (!Array.isArray(value.gone)) return value;
  return { ...value, gone: value.gone.map((id) => fromBase64url(String(id))) };
}
