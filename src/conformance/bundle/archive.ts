/** The archive of a bundle: a ZIP file that does not depend on time, machine or order, so that equal content results in equal bytes. */
import { unzipSync, zipSync } from 'fflate';
import { messageOf } from '#base/errors.ts';

/** Contents by path. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** ZIP has no earlier time, and no time zone. */
const earliest = new Date(1980, 0, 1);

/** Returns the archive, with the files in the order of their paths. */
export function createArchive(files: Files): Uint8Array {
  const sorted = Object.fromEntries(Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return zipSync(sorted, { level: 9, mtime: earliest, os: 0 });
}

/** @throws {Error} if the bytes are no archive that can be read. */
export function readArchive(bytes: Uint8Array): Files {
  try {
    return unzipSync(bytes);
  } catch (cause) {
    throw new Error(`Expected a ZIP archive: ${messageOf(cause)}`, { cause });
  }
}

/** Returns the position of the first byte that differs; undefined if all are equal. */
export function findDifference(a: Uint8Array, b: Uint8Array): number | undefined {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) if (a[at] !== b[at]) return at;
  return a.length === b.length ? undefined : shorter;
}
