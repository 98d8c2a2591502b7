/**
 * The journal `result.ndjson` of a run that has not ended: a header line, then one JSON line for each finished case and each error, in
 * the order of time. Lines are only appended, so a run that is killed leaves its finished cases. It is removed when `result.json` is
 * written. Secrets are masked that are known when a line is written.
 */
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseResult, Failure } from '#result/run-result.ts';
import type { RunFacts } from './run-facts.ts';

export const journalFile = 'result.ndjson';
export const journalSchema = 'touchstone.journal/1';

export interface JournalHeader {
  schema: typeof journalSchema;
  run: RunFacts;
  /** Number of cases of the whole run. */
  caseCount: number;
}

/** `atMs` are milliseconds since the start of the run. */
export type JournalEntry = { atMs: number; case: CaseResult } | { atMs: number; error: Failure };

export class Journal {
  readonly #path: string;
  readonly #file: number;

  /** @throws {Error} if the file cannot be created in `folder`. */
  constructor(folder: string, header: Omit<JournalHeader, 'schema'>) {
    mkdirSync(folder, { recursive: true });
    this.#path = join(folder, journalFile);
    this.#file = openSync(this.#path, 'w');
    this.#write({ schema: journalSchema, ...header });
  }

  /** Returns when the line is handed to the operating system, which keeps it also if this process is killed. */
  append(entry: JournalEntry): void {
    this.#write(entry);
  }

  close(): void {
    closeSync(this.#file);
  }

  remove(): void {
    rmSync(this.#path, { force: true });
  }

  #write(line: JournalHeader | JournalEntry): void {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#file, bytes, written);
  }
}
