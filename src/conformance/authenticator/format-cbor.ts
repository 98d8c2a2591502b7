/** CBOR as text in diagnostic notation, RFC 8949 section 8, for the evidence of a case. */
import { toHex } from '#base/bytes.ts';
import { type CborValue, Raw } from '#protocol/cbor.ts';

/** Longer byte strings are cut off. */
const maxBytes = 256;

/** Returns the value in diagnostic notation. */
export function formatCbor(value: CborValue): string {
  if (value instanceof Uint8Array) return formatBytes(value);
  if (value instanceof Raw) return `<<${toHex(value.bytes)}>>`;
  if (Array.isArray(value)) return `[${value.map(formatCbor).join(', ')}]`;
  if (value instanceof Map)
    return `{${[...value].map(([key, member]) => `${formatCbor(key)}: ${formatCbor(member)}`).join(', ')}}`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

const formatBytes = (bytes: Uint8Array): string =>
  bytes.length <= maxBytes ? `h'${toHex(bytes)}'` : `h'${toHex(bytes.subarray(0, maxBytes))}…' (${bytes.length} bytes)`;
