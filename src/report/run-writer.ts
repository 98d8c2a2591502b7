/**
 * Writes one run: shows it on the terminal while it runs, and at its end writes every report into `<outputDir>/<runId>/`, points
 * `latest` to it and prints the summary. Shared by the Playwright reporter and by runs without Playwright.
 */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Clock, systemClock } from '#base/clock.ts';
import { messageOf } from '#base/errors.ts';
import { createMask } from '#result/mask.ts';
import type { CaseResult, Failure, RunResult } from '#result/run-result.ts';
import { assembleResult } from './assemble-result.ts';
import { type AttachmentSource, copyAttachments } from './attachments.ts';
import { updateLatestLink } from './latest-link.ts';
import { renderAll } from './renderers.ts';
import { collectRunFacts, shortenPath } from './run-facts.ts';
import { LiveView } from './terminal/live-view.ts';
import { renderSummary } from './terminal/summary.ts';
import { Terminal } from './terminal/terminal.ts';

export interface RunWriterOptions {
  /** Folder of all runs, relative to the working directory; default `reports`. */
  outputDir?: string;
  /** Name of this run's folder; default the time of its start. */
  runId?: string;
  /** Command line after `touchstone`. */
  command?: string;
  seed?: string;
  /** Rings the terminal bell when the user at a real key has to act. */
  bell?: boolean;
  terminal?: Terminal;
  clock?: Clock;
}

/** A case with the files that are copied into the report as its attachments. */
export interface CaseWithFiles {
  result: CaseResult;
  files: readonly AttachmentSource[];
}

export interface RunOutcome {
  cases: readonly CaseWithFiles[];
  /** Errors outside any case. */
  errors: readonly Failure[];
  /** Whether the run was stopped before its end. */
  interrupted: boolean;
}

const spinnerIntervalMs = 120;

export class RunWriter {
  readonly view: LiveView;
  readonly #options: RunWriterOptions;
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #startedAtMonotonic: number;
  readonly #runId: string;
  readonly #secrets = new Set<string>();
  #mask = createMask({ secrets: [] });
  #spinner: NodeJS.Timeout | undefined;

  constructor(options: RunWriterOptions) {
    const { terminal = new Terminal(process.stdout), clock = systemClock, bell = false } = options;
    this.#options = options;
    this.#terminal = terminal;
    this.#clock = clock;
    this.view = new LiveView(terminal, { clock, bell });
    this.#startedAt = clock.now();
    this.#startedAtMonotonic = clock.monotonic();
    this.#runId = toFolderName(options.runId ?? new Date(this.#startedAt).toISOString());
  }

  /** Absolute path of this run's folder. */
  get folder(): string {
    return resolve(this.#options.outputDir ?? 'reports', this.#runId);
  }

  /** Returns `text` with every known secret replaced. */
  mask(text: string): string {
    return this.#mask(text);
  }

  /** From now on `secrets` are masked in everything that is shown and written. */
  addSecrets(secrets: readonly string[]): void {
    const before = this.#secrets.size;
    for (const secret of secrets) this.#secrets.add(secret);
    if (this.#secrets.size > before) this.#mask = createMask({ secrets: this.#secrets });
  }

  begin(caseCount: number, workerCount: number): void {
    this.view.begin(caseCount, workerCount, this.#runId);
    if (this.#terminal.interactive) this.#spinner = setInterval(() => this.view.tick(), spinnerIntervalMs).unref();
  }

  /** Writes all reports, points `latest` to them and prints the summary. A format that cannot be written is reported on stderr. */
  async end({ cases, errors, interrupted }: RunOutcome): Promise<RunResult> {
    clearInterval(this.#spinner);
    this.view.end();
    await mkdir(this.folder, { recursive: true });
    const run = collectRunFacts({
      id: this.#runId,
      folder: this.folder,
      startedAt: this.#startedAt,
      durationMs: this.#clock.monotonic() - this.#startedAtMonotonic,
      command: this.#options.command ?? '',
      seed: this.#options.seed,
    });
    const withAttachments = await this.#copyFiles(cases);
    const result = assembleResult({ run, cases: withAttachments, errors, interrupted }, this.#mask);
    const { written, failed } = await renderAll(result, this.folder);
    for (const { format, error } of failed)
      process.stderr.write(`Cannot write the ${format} report: ${this.#mask(messageOf(error))}\n`);
    await updateLatestLink(this.folder);
    const report = written.html && shortenPath(written.html);
    this.#terminal.print(...renderSummary(result, report, this.#terminal.colours));
    return result;
  }

  async #copyFiles(cases: readonly CaseWithFiles[]): Promise<CaseResult[]> {
    const target = { folder: this.folder, mask: this.#mask, hasSecrets: this.#secrets.size > 0 };
    const results: CaseResult[] = [];
    for (const { result, files } of cases) {
      const copied = await copyAttachments(result.id, files, target);
      const notes = [...(result.notes ?? []), ...copied.notes];
      const attachments = [...result.attachments, ...copied.attachments];
      results.push({ ...result, attachments, ...(notes.length > 0 && { notes }) });
    }
    return results;
  }
}

/** Returns a safe folder name: a run must not write outside the folder of all runs. */
const toFolderName = (runId: string): string => runId.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^\.+/, '') || 'run';
