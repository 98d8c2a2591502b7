/**
 * Writes one run: shows it on the terminal while it runs, adds each finished case to the journal, and at its end writes every report
 * into `<outputDir>/<runId>/`, points `latest` to it and prints the summary. Shared by the Playwright reporter and by runs without it.
 */
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Clock, systemClock } from '#base/clock.ts';
import { messageOf } from '#base/errors.ts';
import { KnownSecrets, maskDeep } from '#result/mask.ts';
import type { CaseResult, Failure, RunResult, Verdict } from '#result/run-result.ts';
import { assembleResult, isReservedWord } from './assemble-result.ts';
import { type AttachmentSource, copyAttachments } from './attachments.ts';
import { readBaselines } from './budgets/baseline-files.ts';
import { readCaseTimes, writeCaseTimes } from './case-times.ts';
import { type ExpectedFailures, verdictWith } from './expected-failures.ts';
import { appendToHistory, historyFile } from './history/history-file.ts';
import { Journal, type JournalEntry } from './journal.ts';
import { updateLatestLink } from './latest-link.ts';
import type { Shard } from './merge/shards.ts';
import { type FormatId, formats } from './renderer.ts';
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
  /** Formats that are written beside the usual ones. */
  formats?: readonly FormatId[];
  expectedFailures?: ExpectedFailures;
  /** Present for one part of a run. */
  shard?: Shard;
  /** Release of the product under test, for the history. */
  release?: string;
  /** Folder of the stored baselines that budgets are compared with. */
  baselines?: string;
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
  readonly #secrets = new KnownSecrets();
  #journal: Journal | undefined;
  /** Work that was begun during the run, in order. */
  #pending: Promise<void> = Promise.resolve();
  /** Attachments of finished cases. They are copied again at the end, when all secrets are known. */
  readonly #earlyAttachments: string[] = [];
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
  mask = (text: string): string => this.#secrets.mask(text);

  /** Returns the verdict to show for a case that has just ended. */
  verdictOf = (result: CaseResult): Verdict => verdictWith(result, this.#options.expectedFailures);

  /** From now on `secrets` are masked in everything that is shown and written. */
  addSecrets(secrets: readonly string[]): void {
    this.#secrets.add(secrets);
  }

  /** `cases`: the id of each case in the live view, and the case's own id, for the times that it took before. */
  begin(cases: ReadonlyMap<string, string>, workerCount: number): void {
    const times = readCaseTimes(dirname(this.folder));
    const expected = new Map([...cases].map(([viewId, id]) => [viewId, times.get(id)] as const));
    this.view.begin(expected, workerCount, this.#runId);
    if (this.#terminal.interactive) this.#spinner = setInterval(() => this.view.tick(), spinnerIntervalMs).unref();
    this.#enqueue(async () => {
      // The command may contain secrets that are not known yet.
      await rm(join(this.folder, formats.json), { force: true }); // of an earlier run with the same id
      this.#journal = new Journal(this.folder, {
        run: { ...this.#facts(), command: '' },
        caseCount: cases.size,
      });
      await updateLatestLink(this.folder);
    });
  }

  /** Adds a finished case to the journal, with its attachments. */
  recordCase({ result, files }: CaseWithFiles): void {
    this.#enqueue(async () => {
      const complete = await this.#copyFiles({ result, files });
      const copied = complete.attachments.slice(result.attachments.length);
      this.#earlyAttachments.push(...copied.map(({ path }) => path));
      this.#append((atMs) => ({ atMs, case: maskDeep(complete, this.mask, isReservedWord) }));
    });
  }

  /** Adds an error outside any case to the journal. */
  recordError(error: Failure): void {
    this.#enqueue(async () => this.#append((atMs) => ({ atMs, error: maskDeep(error, this.mask) })));
  }

  #append(toEntry: (atMs: number) => JournalEntry): void {
    this.#journal?.append(toEntry(this.#clock.monotonic() - this.#startedAtMonotonic));
  }

  /** The run continues when the journal cannot be written; its reports are then written only at its end. */
  #enqueue(work: () => Promise<void>): void {
    this.#pending = this.#pending.then(work).catch((error: unknown) => {
      process.stderr.write(`Cannot write the journal of the run: ${this.mask(messageOf(error))}\n`);
    });
  }

  /** Writes all reports, points `latest` to them and prints the summary. A format that cannot be written is reported on stderr. */
  async end({ cases, errors, interrupted }: RunOutcome): Promise<RunResult> {
    clearInterval(this.#spinner);
    this.view.end();
    await this.#pending;
    await mkdir(this.folder, { recursive: true });
    for (const path of this.#earlyAttachments) await rm(join(this.folder, path), { force: true });
    const withAttachments: CaseResult[] = [];
    for (const item of cases) withAttachments.push(await this.#copyFiles(item));
    const { baselines, problems } = await this.#readBaselines(withAttachments);
    const result = assembleResult(
      {
        run: this.#facts(),
        cases: withAttachments,
        errors: [...errors, ...problems],
        interrupted,
        baselines,
        ...this.#expected(),
      },
      this.mask,
    );
    this.#journal?.close();
    const { written, failed } = await renderAll(result, this.folder, this.#options.formats);
    for (const { format, error } of failed)
      process.stderr.write(`Cannot write the ${format} report: ${this.mask(messageOf(error))}\n`);
    await updateLatestLink(this.folder);
    await this.#addToHistory(result);
    await writeCaseTimes(dirname(this.folder), result.cases).catch(() => undefined); // only estimates need them
    const report = written.html && shortenPath(written.html);
    this.#terminal.print(...renderSummary(result, report, this.#terminal.colours));
    return result;
  }

  #expected() {
    const { expectedFailures } = this.#options;
    return expectedFailures && { expectedFailures };
  }

  async #addToHistory(result: RunResult): Promise<void> {
    await appendToHistory(historyFile(dirname(this.folder)), result).catch((error: unknown) => {
      process.stderr.write(`Cannot add the run to the history: ${this.mask(messageOf(error))}\n`);
    });
  }

  /** A file of baselines that cannot be read is an error of the run, and must not lose its report. */
  async #readBaselines(cases: readonly CaseResult[]) {
    const { baselines: folder = 'baselines' } = this.#options;
    try {
      return { baselines: await readBaselines(folder, cases), problems: [] };
    } catch (error) {
      return { baselines: new Map(), problems: [{ message: messageOf(error) }] };
    }
  }

  #facts() {
    return collectRunFacts({
      id: this.#runId,
      folder: this.folder,
      startedAt: this.#startedAt,
      durationMs: this.#clock.monotonic() - this.#startedAtMonotonic,
      command: this.#options.command ?? '',
      seed: this.#options.seed,
      release: this.#options.release,
      shard: this.#options.shard,
    });
  }

  async #copyFiles({ result, files }: CaseWithFiles): Promise<CaseResult> {
    const target = { folder: this.folder, mask: this.mask, hasSecrets: this.#secrets.size > 0 };
    const copied = await copyAttachments(result.id, files, target);
    const notes = [...(result.notes ?? []), ...copied.notes];
    const attachments = [...result.attachments, ...copied.attachments];
    return { ...result, attachments, ...(notes.length > 0 && { notes }) };
  }
}

/** Returns a safe folder name: a run must not write outside the folder of all runs. */
const toFolderName = (runId: string): string => runId.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^\.+/, '') || 'run';
