/** Reads journals of format version 1: text lines, each with the start of the record's SHA-256 in hex, a space, and the record in JSON. */
import { toHex, utf8 } from '#base/bytes.ts';
import { UsageError } from '#base/errors.ts';
import { sha256 } from '#protocol/crypto.ts';

const checksumDigits = 16;
const newline = 0x0a;

/** Returns whether `content` begins with a line of format version 1. */
export const isVersion1 = (content: Uint8Array): boolean => {
  const end = content.indexOf(newline);
  return end >= 0 && recordOfLine(content.subarray(0, end)) !== undefined;
};

/**
 * Returns the records, without a last line that was not written completely.
 * @throws {UsageError} if a line before the last one is damaged.
 */
export function readVersion1(content: Uint8Array, path: string): Uint8Array[] {
  const records: Uint8Array[] = [];
  for (let start = 0; start < content.length; ) {
    const end = content.indexOf(newline, start);
    const record = end < 0 ? undefined : recordOfLine(content.subarray(start, end));
    if (record === undefined) {
      if (end >= 0 && end + 1 < content.length)
        throw new UsageError(`Cannot use ${path}: it is damaged at byte ${start}, before its last record`);
      break;
    }
    records.push(record);
    start = end + 1;
  }
  return records;
}

/** Returns the record of a line without its newline, or undefined if the checksum does not match. */
function recordOfLine(line: Uint8Array): Uint8Array | undefined {
  const record = line.slice(checksumDigits + 1);
  const start = utf8(`${toHex(sha256(record)).slice(0, checksumDigits)} `);
  return start.every((byte, index) => byte === line[index]) ? record : undefined;
}
