/**
 * Where persistent state is kept: an append-only journal in a file. Each line is a record with its checksum; a line counts
 * once it is on the disk. A torn last line, left by a process that was killed while it wrote, is cut off when the journal is
 * opened. Compaction writes a new file beside the old one and renames it, so that at every moment one of them is whole.
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
import { toHex, utf8 } from '#base/bytes.ts';
import { UsageError } from '#base/errors.ts';
import { sha256 } from '#protocol/crypto.ts';
import { lockFile } from './file-lock.ts';

/** Keeps records, in order. One authenticator at a time may use it. */
export interface PersistentStore {
  /** All records, the oldest first. The first one is whole; the others change it. */
  records(): readonly string[];
  /** Adds a record; durable when it returns. */
  append(record: string): void;
  /** Puts one record in the place of all; durable when it returns, and never half done. */
  replace(record: string): void;
  /** It has grown so much that replacing it by one record is worth the work. */
  readonly overgrown: boolean;
  close(): void;
}

const checksumLength = 16;
const lineOf = (record: string) => utf8(`${checksumOf(record)} ${record}\n`);
const checksumOf = (record: string) => toHex(sha256(record)).slice(0, checksumLength);

/** Below this a journal is never compacted. */
const smallBytes = 256 * 1024;
/** Compaction once the journal is this many times as long as what it began with. */
const growthFactor = 4;

/**
 * A store in one file of records with checksums: what was acknowledged survives the end of the process at any moment. It is locked against
 * other processes until it is closed.
 */
export class FileJournal implements PersistentStore {
  readonly #path: string;
  readonly #lock: Disposable;
  readonly #found: readonly string[];
  #isClosed = false;
  #file: number | undefined;
  /** Bytes of whole lines. */
  #length = 0;
  #compactLength = 0;

  /**
   * @throws {UsageError} for a file that is no journal, or is damaged before its end; {UnavailableError} while another process
   * uses it.
   */
  constructor(path: string) {
    this.#path = path;
    this.#lock = lockFile(path);
    try {
      this.#found = existsSync(path) ? this.#read() : [];
    } catch (error) {
      this.close();
      throw error;
    }
  }

  records(): readonly string[] {
    return this.#found;
  }

  get overgrown(): boolean {
    return this.#length > smallBytes && this.#length > growthFactor * this.#compactLength;
  }

  append(record: string): void {
    if (this.#file === undefined) this.replace(record);
    else this.#append(this.#file, record);
  }

  #append(file: number, record: string): void {
    const line = lineOf(record);
    try {
      writeAll(file, line, this.#length);
      fdatasyncSync(file);
    } catch (error) {
      ftruncateSync(file, this.#length); // what was written of the line must not stand before the next one
      throw error;
    }
    this.#length += line.length;
  }

  replace(record: string): void {
    if (this.#isClosed) throw new Error(`cannot write to ${this.#path}: it was closed`);
    const line = lineOf(record);
    const beside = `${this.#path}.new`;
    const file = openSync(beside, 'w+', 0o600);
    try {
      writeAll(file, line, 0);
      fsyncSync(file);
      renameSync(beside, this.#path);
      syncDirectory(dirname(this.#path));
    } catch (error) {
      closeSync(file);
      throw error;
    }
    this.#closeFile();
    this.#file = file;
    this.#length = line.length;
    this.#compactLength = line.length;
  }

  close(): void {
    this.#isClosed = true;
    this.#closeFile();
    this.#lock[Symbol.dispose]();
  }

  #closeFile(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #read(): string[] {
    const content = readFileSync(this.#path);
    const { records, end } = wholeLines(content, this.#path);
    this.#file = openSync(this.#path, 'r+');
    if (end < content.length) ftruncateSync(this.#file, end);
    this.#length = end;
    this.#compactLength = records[0] === undefined ? 0 : lineOf(records[0]).length;
    return records;
  }
}

/** The records up to the first line that is not whole; only the last may be torn, and the first never is. */
function wholeLines(content: Buffer, path: string): { records: string[]; end: number } {
  const records: string[] = [];
  let end = 0;
  while (end < content.length) {
    const newline = content.indexOf(0x0a, end);
    const line = content.toString('utf8', end, newline < 0 ? content.length : newline);
    const record = line.slice(checksumLength + 1);
    const whole = newline >= 0 && line === `${checksumOf(record)} ${record}`;
    if (!whole) {
      if (records.length === 0) throw new UsageError(`cannot use ${path}: it holds no authenticator state`);
      if (newline >= 0 && newline + 1 < content.length)
        throw new UsageError(`cannot use ${path}: it is damaged at byte ${end}, and more follows`);
      break;
    }
    records.push(record);
    end = newline + 1;
  }
  return { records, end };
}

function writeAll(file: number, bytes: Uint8Array, position: number): void {
  for (let written = 0; written < bytes.length; )
    written += writeSync(file, bytes, written, bytes.length - written, position + written);
}

/** The new name is durable once its directory is; where directories cannot be opened (Windows), the rename is. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
