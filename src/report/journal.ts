/**
 * The journal of a run: its master file `result.ndjson` while it runs. A header line, then one JSON line for each finished case and each
 * error, in the order of time. Lines are only appended, so a run that is killed leaves its finished cases. Secrets are masked that are
 * known when a line is written; at the end, when all are known, the file is written once more, with the line `end`.
 */
import { closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseResult, Failure, RunResult } from '#result/run-result.ts';
import type { RunFacts } from './run-facts.ts';

export const journalFile = 'result.ndjson';
export const journalSchema = 'touchstone.journal/1';

export interface JournalHeader {
  schema: typeof journalSchema;
  run: RunFacts;
  /** Number of cases of the whole run. */
  caseCount: number;
}

/** What is known at the end of the run only. */
export type RunEnd = Pick<RunResult, 'verdict' | 'totals' | 'missingCases' | 'budgets'> &
  Pick<RunResult['run'], 'durationMs' | 'browser'>;

/** `atMs` are milliseconds since the start of the run; absent in the file of a run that has ended. */
export type JournalEntry = { atMs?: number } & ({ case: CaseResult } | { error: Failure } | { end: RunEnd });

/** Writes bytes at a position of a file, as `writeSync` of Node.js does. Returns how many were written. */
type WriteAt = (file: number, bytes: Uint8Array, offset: number, length: number, position: number) => number;

export class Journal {
  readonly #file: number;
  readonly #writeAt: WriteAt;
  /** Bytes of the complete lines. */
  #length = 0;

  /** @throws {Error} if the file cannot be created in `folder`. */
  constructor(folder: string, header: Omit<JournalHeader, 'schema'>, writeAt: WriteAt = writeSync) {
    this.#writeAt = writeAt;
    mkdirSync(folder, { recursive: true });
    this.#file = openSync(join(folder, journalFile), 'w');
    this.#write({ schema: journalSchema, ...header });
  }

  /** Returns when the line is handed to the operating system, which keeps it also if this process is killed. */
  append(entry: JournalEntry): void {
    this.#write(entry);
  }

  close(): void {
    closeSync(this.#file);
  }

  /** @throws {Error} if the line cannot be written, e.g. because the disk is full. The file then ends with the line before it. */
  #write(line: JournalHeader | JournalEntry): void {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    try {
      for (let written = 0; written < bytes.length; )
        written += this.#writeAt(this.#file, bytes, written, bytes.length - written, this.#length + written);
    } catch (error) {
      ftruncateSync(this.#file, this.#length);
      throw error;
    }
    this.#length += bytes.length;
  }
}
