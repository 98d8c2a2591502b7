/**
 * A journal file with the persistent state: records are appended, and a record counts once it is on the disk. If the process is
 * killed during a write, the incomplete last record is removed when the journal is opened again. Compaction writes a new file
 * beside the old one and renames it, so one of them is complete at every moment. The format is in `journal-format.ts`.
 */
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { concat } from '#base/bytes.ts';
import { lockFile } from './file-lock.ts';
import { encodeFrame, journalHeader, journalVersion, parseJournal } from './journal-format.ts';

/** Stores records in their order. Only one authenticator may use it at a time. */
export interface PersistentStore {
  /** Returns all records, the oldest first. The first record is a complete state; each of the others is a change. */
  records(): readonly Uint8Array[];
  /** Adds a record. It is durable when the method returns. */
  append(record: Uint8Array): void;
  /** Replaces all records by one, completely or not at all. It is durable when the method returns. */
  replace(record: Uint8Array): void;
  /** True if the store has grown so much that it should be replaced by one record. */
  readonly needsCompaction: boolean;
  /** Ends the use of the store; another authenticator may open it then. */
  close(): void;
}

/** A smaller journal is never compacted. */
const minCompactionBytes = 256 * 1024;
/** A journal is compacted when it is this many times as long as with its first record only. */
const growthFactor = 4;

/**
 * A store in one file of records with checksums. An acknowledged record survives if the process ends at any moment. The file is
 * locked against other processes until the journal is closed. A file of format version 1 is converted when it is opened.
 */
export class FileJournal implements PersistentStore {
  readonly #path: string;
  readonly #lock: Disposable;
  readonly #records: readonly Uint8Array[];
  #isClosed = false;
  #file: number | undefined;
  /** Length of the complete records, in bytes. */
  #length = 0;
  #compactLength = 0;

  /**
   * @throws {UsageError} if the file is not a journal, has an unknown format version, or is damaged before its last record.
   * @throws {UnavailableError} while another process uses the file.
   */
  constructor(path: string) {
    this.#path = path;
    this.#lock = lockFile(path);
    try {
      this.#records = existsSync(path) ? this.#read() : [];
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Returns the records found when the journal was opened. */
  records(): readonly Uint8Array[] {
    return this.#records;
  }

  get needsCompaction(): boolean {
    return this.#length > minCompactionBytes && this.#length > growthFactor * this.#compactLength;
  }

  append(record: Uint8Array): void {
    if (this.#file === undefined) this.replace(record);
    else this.#append(this.#file, record);
  }

  #append(file: number, record: Uint8Array): void {
    const frame = encodeFrame(record);
    try {
      writeAll(file, frame, this.#length);
      fdatasyncSync(file);
    } catch (error) {
      ftruncateSync(file, this.#length); // removes what was written of the frame, so that the next one follows a complete one
      throw error;
    }
    this.#length += frame.length;
  }

  replace(record: Uint8Array): void {
    if (this.#isClosed) throw new Error(`Cannot write to ${this.#path}: the journal is closed`);
    this.#rewrite([record]);
  }

  close(): void {
    this.#isClosed = true;
    this.#closeFile();
    this.#lock[Symbol.dispose]();
  }

  /** Replaces the file by one with these records. */
  #rewrite(records: readonly [Uint8Array, ...Uint8Array[]]): void {
    const [first, ...others] = records;
    const start = concat(journalHeader, encodeFrame(first));
    const content = concat(start, ...others.map(encodeFrame));
    const newPath = `${this.#path}.new`;
    const file = openSync(newPath, 'w+', 0o600);
    try {
      writeAll(file, content, 0);
      fsyncSync(file);
      renameSync(newPath, this.#path);
      syncDirectory(dirname(this.#path));
    } catch (error) {
      closeSync(file);
      throw error;
    }
    this.#closeFile();
    this.#file = file;
    this.#length = content.length;
    this.#compactLength = start.length;
  }

  #closeFile(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #read(): Uint8Array[] {
    const content = new Uint8Array(readFileSync(this.#path));
    const { version, records, end } = parseJournal(content, this.#path);
    if (version !== journalVersion) {
      this.#rewrite(records);
      return records;
    }
    this.#file = openSync(this.#path, 'r+');
    if (end < content.length) ftruncateSync(this.#file, end);
    this.#length = end;
    this.#compactLength = journalHeader.length + encodeFrame(records[0]).length;
    return records;
  }
}

function writeAll(file: number, bytes: Uint8Array, position: number): void {
  for (let written = 0; written < bytes.length; )
    written += writeSync(file, bytes, written, bytes.length - written, position + written);
}

/** Makes the new name durable. Windows cannot open directories; there the rename itself is durable. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
