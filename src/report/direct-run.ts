/** A run that no engine drives: whoever drives it tells of its cases, and gets the same terminal view and the same reports. */
import { cp } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Clock, systemClock } from '#base/clock.ts';
import { createMask } from '#result/mask.ts';
import type { CaseResult, Failure, RunResult } from '#result/run-result.ts';
import { type AttachmentSource, copyFiles } from './attachments.ts';
import { pointLatestTo } from './files.ts';
import { readResult } from './read-result.ts';
import { renderAll } from './renderers.ts';
import { assembleRun } from './run.ts';
import { runFacts, shortest } from './run-facts.ts';
import { LiveView } from './terminal/live-view.ts';
import { summary } from './terminal/summary.ts';
import { Terminal } from './terminal/terminal.ts';

export interface DirectRunOptions {
  /** Folder of all runs. */
  outputDir: string;
  runId: string;
  /** Command line after `touchstone`. */
  command: string;
  terminal?: Terminal;
  clock?: Clock;
}

export class DirectRun {
  readonly #options: DirectRunOptions;
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #view: LiveView;
  readonly #startedAt: number;
  readonly #startedAtMonotonic: number;
  readonly #cases: { result: CaseResult; files: readonly AttachmentSource[] }[] = [];
  readonly #included: CaseResult[] = [];
  readonly #errors: Failure[] = [];
  readonly #mask = createMask({ secrets: [] });
  #spinner: NodeJS.Timeout | undefined;

  constructor(options: DirectRunOptions) {
    this.#options = options;
    this.#terminal = options.terminal ?? new Terminal(process.stdout);
    this.#clock = options.clock ?? systemClock;
    this.#view = new LiveView(this.#terminal);
    this.#startedAt = this.#clock.now();
    this.#startedAtMonotonic = this.#clock.monotonic();
  }

  /** Where this run's report goes. */
  get folder(): string {
    return resolve(this.#options.outputDir, this.#options.runId);
  }

  begin(cases: number): void {
    this.#view.begin(cases, 1, this.#options.runId);
    if (this.#terminal.interactive) this.#spinner = setInterval(() => this.#view.tick(), 120).unref();
  }

  started(id: string, title: string): void {
    this.#view.started(id, title);
  }

  /** Keeps the case; its files are copied at the end. */
  finished(result: CaseResult, files: readonly AttachmentSource[]): void {
    const { id, title, verdict, durationMs, failures } = result;
    this.#view.finished(id, { title, verdict, durationMs, message: failures[0]?.message ?? '' });
    this.#cases.push({ result, files });
  }

  /** Something went wrong outside any case. */
  failed(message: string): void {
    this.#errors.push({ message });
    this.#view.note(message);
  }

  note(text: string): void {
    this.#view.note(text);
  }

  /** Takes over the cases of another run and what is attached to them. */
  async include(master: string): Promise<void> {
    const { cases, errors = [] } = await readResult(master);
    if (cases.some(({ attachments }) => attachments.length > 0))
      await cp(join(dirname(master), 'attachments'), join(this.folder, 'attachments'), { recursive: true });
    this.#included.push(...cases);
    this.#errors.push(...errors);
  }

  /** Writes all reports, points `latest` to them, prints the summary. */
  async end({ interrupted = false } = {}): Promise<RunResult> {
    clearInterval(this.#spinner);
    this.#view.end();
    const run = runFacts({
      id: this.#options.runId,
      folder: this.folder,
      startedAt: this.#startedAt,
      durationMs: this.#clock.monotonic() - this.#startedAtMonotonic,
      command: this.#options.command,
    });
    const cases = [...(await this.#withFiles()), ...this.#included];
    const result = assembleRun({ run, cases, errors: this.#errors, interrupted }, this.#mask);
    const { written, failed } = await renderAll(result, this.folder);
    for (const { format, error } of failed) this.#terminal.print(`the ${format} report cannot be written: ${error}`);
    await pointLatestTo(this.folder);
    this.#terminal.print(...summary(result, written.html && shortest(written.html), this.#terminal.colours));
    return result;
  }

  async #withFiles(): Promise<CaseResult[]> {
    const target = { folder: this.folder, mask: this.#mask, secretive: false };
    const cases: CaseResult[] = [];
    for (const { result, files } of this.#cases) {
      const { attachments, notes } = await copyFiles(result.id, files, target);
      cases.push({ ...result, attachments, ...(notes.length > 0 && { notes }) });
    }
    return cases;
  }
}
