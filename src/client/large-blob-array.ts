/**
 * The serialized large-blob array, CTAP 2.1 sections 6.10.2 and 6.10.3: a CBOR array of encrypted blobs and the first 16 bytes of
 * its SHA-256 hash. Each credential has the key of its blob; the other blobs do not change. Pure functions.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { concat, equal, utf8 } from '#base/bytes.ts';
import type { Random } from '#base/random.ts';
import { type CborMap, type CborValue, encode } from '#protocol/cbor.ts';
import { inspect } from '#protocol/cbor-reader.ts';
import { aes256GcmDecrypt, aes256GcmEncrypt, sha256 } from '#protocol/crypto.ts';

/** A blob without compression is never longer than this; a larger origSize is not read. */
const maxBlobLength = 2 ** 20;
const hashLength = 16;
const nonceLength = 12;
const entryKeys = { ciphertext: 1, nonce: 2, origSize: 3 } as const;

/** Blobs are compressed with DEFLATE (RFC 1951) before they are stored, also for the extension largeBlob. */
export const compressBlob = (blob: Uint8Array): Uint8Array => new Uint8Array(deflateRawSync(blob));

/** Returns undefined if the data is not a compressed blob of `originalSize` bytes. */
export function decompressBlob(compressed: Uint8Array, originalSize: number): Uint8Array | undefined {
  if (originalSize > maxBlobLength) return undefined;
  try {
    const blob = new Uint8Array(inflateRawSync(compressed, { maxOutputLength: Math.max(originalSize, 1) }));
    return blob.length === originalSize ? blob : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the entries; an empty list if the hash is wrong or the content is no array: section 6.10.2 treats both as empty. */
function parseArray(serialized: Uint8Array): CborValue[] {
  const content = serialized.subarray(0, -hashLength);
  if (!equal(sha256(content).subarray(0, hashLength), serialized.subarray(-hashLength))) return [];
  const { value } = inspect(content);
  return Array.isArray(value) ? value : [];
}

function serializeArray(entries: CborValue[]): Uint8Array {
  const content = encode(entries);
  return concat(content, sha256(content).subarray(0, hashLength));
}

/** Returns the blob of `key` in the serialized array, or undefined. */
export function findBlob(serialized: Uint8Array, key: Uint8Array): Uint8Array | undefined {
  for (const entry of parseArray(serialized)) {
    const opened = openEntry(entry, key);
    const blob = opened && decompressBlob(opened.compressed, opened.originalSize);
    if (blob) return blob;
  }
  return undefined;
}

/** Returns the serialized array with `blob` as the blob of `key`. */
export function replaceBlob(serialized: Uint8Array, key: Uint8Array, blob: Uint8Array, random: Random): Uint8Array {
  const others = parseArray(serialized).filter((entry) => !openEntry(entry, key));
  const nonce = random.bytes(nonceLength);
  const sealed = aes256GcmEncrypt({ key, nonce, associatedData: associatedData(blob.length) }, compressBlob(blob));
  const entry: CborMap = new Map<number, CborValue>([
    [entryKeys.ciphertext, sealed],
    [entryKeys.nonce, nonce],
    [entryKeys.origSize, blob.length],
  ]);
  return serializeArray([...others, entry]);
}

/** Returns undefined for an entry of another credential, and for a malformed one. */
function openEntry(entry: CborValue, key: Uint8Array): { compressed: Uint8Array; originalSize: number } | undefined {
  if (!(entry instanceof Map)) return undefined;
  const sealed = entry.get(entryKeys.ciphertext);
  const nonce = entry.get(entryKeys.nonce);
  const originalSize = entry.get(entryKeys.origSize);
  if (!(sealed instanceof Uint8Array) || !(nonce instanceof Uint8Array) || nonce.length !== nonceLength)
    return undefined;
  if (typeof originalSize !== 'number' || originalSize < 0) return undefined;
  const compressed = aes256GcmDecrypt({ key, nonce, associatedData: associatedData(originalSize) }, sealed);
  return compressed && { compressed, originalSize };
}

/** "blob" and the original size as 8 bytes, little-endian. */
function associatedData(originalSize: number): Uint8Array {
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(originalSize), true);
  return concat(utf8('blob'), size);
}
