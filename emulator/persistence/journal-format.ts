/**
 * The bytes of a journal file, format version 2:
 *
 * - the header: `touchstone-state 2` and a newline
 * - for each record: its length(4), the complement of its length(4), the first 8 bytes of its SHA-256, and the record
 *
 * Numbers are big-endian. The complement distinguishes a damaged length from a last record that was not written completely.
 */
import { concat, equal, uint, utf8 } from '#base/bytes.ts';
import { UsageError } from '#base/errors.ts';
import { sha256 } from '#protocol/crypto.ts';
import { isVersion1, readVersion1 } from './journal-v1.ts';

export const journalVersion = 2;
const headerStart = 'touchstone-state ';
export const journalHeader = utf8(`${headerStart}${journalVersion}\n`);

const checksumLength = 8;
const frameHeaderLength = 4 + 4 + checksumLength;

/** Returns the bytes of a record in the file. */
export function encodeFrame(record: Uint8Array): Uint8Array {
  const { length } = record;
  return concat(uint(length, 4), uint(~length >>> 0, 4), checksumOf(record), record);
}

const checksumOf = (record: Uint8Array) => sha256(record).subarray(0, checksumLength);

/** What a journal file contains. */
export interface JournalContent {
  version: number;
  records: [Uint8Array, ...Uint8Array[]];
  /** The length of the file without a last record that was not written completely, in bytes. */
  end: number;
}

/**
 * Reads a journal of any known version. `path` is for messages.
 * @throws {UsageError} if the file is not a journal, has an unknown version, or is damaged before its last record.
 */
export function parseJournal(content: Uint8Array, path: string): JournalContent {
  const version = versionOf(content);
  const { records, end } = version === undefined ? empty : readRecords(content, version, path);
  const [first, ...others] = records;
  if (version === undefined || first === undefined)
    throw new UsageError(`Cannot use ${path}: it is not an authenticator state`);
  return { version, records: [first, ...others], end };
}

const empty: RecordsInFile = { records: [], end: 0 };

interface RecordsInFile {
  records: Uint8Array[];
  end: number;
}

function readRecords(content: Uint8Array, version: number, path: string): RecordsInFile {
  if (version === 1) return { records: readVersion1(content, path), end: content.length };
  if (version === journalVersion) return parseFrames(content, path);
  throw new UsageError(
    `Cannot use ${path}: expected an authenticator state of format version 1 or ${journalVersion}, got version ${version}`,
  );
}

function versionOf(content: Uint8Array): number | undefined {
  const [, digits] =
    /^touchstone-state (\d{1,9})\n/.exec(Buffer.from(content.subarray(0, 32)).toString('latin1')) ?? [];
  if (digits !== undefined) return Number(digits);
  return isVersion1(content) ? 1 : undefined;
}

function parseFrames(content: Uint8Array, path: string): RecordsInFile {
  const records: Uint8Array[] = [];
  let end = journalHeader.length;
  while (end < content.length) {
    const record = recordAt(content, end);
    if (record === 'incomplete') break;
    if (record === 'damaged')
      throw new UsageError(`Cannot use ${path}: it is damaged at byte ${end}, before its last record`);
    records.push(record);
    end += frameHeaderLength + record.length;
  }
  return { records, end };
}

/** Returns the record that starts at `start`. Only the last record of a file can be incomplete. */
function recordAt(content: Uint8Array, start: number): Uint8Array | 'incomplete' | 'damaged' {
  const payload = start + frameHeaderLength;
  if (payload > content.length) return 'incomplete';
  const view = new DataView(content.buffer, content.byteOffset + start);
  const length = view.getUint32(0);
  if (view.getUint32(4) !== ~length >>> 0) return isZero(content.subarray(start)) ? 'incomplete' : 'damaged';
  if (payload + length > content.length) return 'incomplete';
  const record = content.subarray(payload, payload + length);
  if (equal(checksumOf(record), content.subarray(payload - checksumLength, payload))) return record;
  return payload + length === content.length ? 'incomplete' : 'damaged';
}

/** After a power failure a file can end in zeros that were never written. */
const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);
