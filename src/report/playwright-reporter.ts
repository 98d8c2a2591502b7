/**
 * Playwright Test reporter of Touchstone: shows the run on the terminal while it runs, then writes the master file and
 * every report from it into `<outputDir>/<run>/`. It observes only: an error in here is told and never changes the run.
 */
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type {
  FullConfig,
  FullResult,
  Reporter,
  Suite,
  TestCase,
  TestError,
  TestResult,
} from '@playwright/test/reporter';
import { type Clock, systemClock } from '#base/clock.ts';
import { createMask, type Mask } from '#result/mask.ts';
import { splitOutput } from '#result/prompt-line.ts';
import type { CaseResult, RunResult } from '#result/run-result.ts';
import { copyAttachments } from './attachments.ts';
import { collectCase, type Project, secretsOf, toFailure, willRetry } from './collect.ts';
import { pointLatestTo } from './files.ts';
import type { FormatId } from './renderer.ts';
import { renderAll } from './renderers.ts';
import { assembleRun } from './run.ts';
import { runFacts, shortest } from './run-facts.ts';
import { LiveView } from './terminal/live-view.ts';
import { summary } from './terminal/summary.ts';
import { Terminal } from './terminal/terminal.ts';

export interface ReporterOptions {
  /** Folder of all runs, relative to the working directory; default `reports`. */
  outputDir?: string;
  /** Name of this run's folder; default the time of its start. */
  runId?: string;
  /** Command line after `touchstone`. */
  command?: string;
  seed?: string;
  /** Strings that must not appear in any report or on the terminal. */
  secrets?: readonly string[];
  /** Sources of regular expressions whose matches must not appear either. */
  secretPatterns?: readonly string[];
  /** Default: all. The master is always written. */
  formats?: readonly FormatId[];
  /** Rings the terminal when somebody at a real key is asked something. */
  bell?: boolean;
}

const frameIntervalMs = 120;

export default class TouchstoneReporter implements Reporter {
  readonly #options: ReporterOptions;
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #view: LiveView;
  readonly #secrets: Set<string>;
  readonly #errors: TestError[] = [];
  readonly #startedAt: number;
  readonly #startedAtMonotonic: number;
  #mask: Mask;
  #tests: TestCase[] = [];
  #project: Project = { root: process.cwd(), source: readSource() };
  #spinner: NodeJS.Timeout | undefined;

  constructor(options: ReporterOptions = {}, terminal = new Terminal(process.stdout), clock: Clock = systemClock) {
    this.#options = options;
    this.#terminal = terminal;
    this.#clock = clock;
    this.#view = new LiveView(terminal, { clock, bell: options.bell ?? false });
    this.#secrets = new Set(options.secrets);
    this.#mask = this.#freshMask();
    this.#startedAt = clock.now();
    this.#startedAtMonotonic = clock.monotonic();
  }

  printsToStdio(): boolean {
    return true;
  }

  onBegin(config: FullConfig, suite: Suite): void {
    this.#guard('begin', () => {
      if (config.configFile) this.#project = { ...this.#project, root: dirname(config.configFile) };
      this.#tests = suite.allTests();
      this.#view.begin(this.#tests.length, config.workers, this.#runId());
      if (this.#terminal.interactive) this.#spinner = setInterval(() => this.#view.tick(), frameIntervalMs).unref();
    });
  }

  onTestBegin(test: TestCase): void {
    this.#guard('show a started case', () =>
      this.#view.started(test.id, this.#mask(collectCase(test, this.#project).title)),
    );
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    this.#guard('show a finished case', () => {
      this.#learnSecrets(result);
      const { title, verdict, failures, notes } = collectCase(test, this.#project);
      const failure = failures.findLast(({ attempt }) => attempt === result.retry + 1) ?? failures.at(-1);
      const message = this.#mask(failure?.message ?? notes?.[0] ?? '');
      if (willRetry(test, result)) return this.#view.retried(test.id, this.#mask(title), result.retry + 1, message);
      const output = this.#mask(splitOutput([...result.stdout, ...result.stderr].join('')).rest);
      this.#view.finished(test.id, { title: this.#mask(title), verdict, durationMs: result.duration, message, output });
    });
  }

  /** Output of a test is shown with its line when it ends; here is what no test owns, and what cannot wait. */
  onStdOut(chunk: string | Buffer, test: TestCase | undefined): void {
    this.#guard('show output', () => {
      const output = this.#mask(chunk.toString());
      if (!test) return this.#view.note(output);
      for (const event of splitOutput(output).prompts) this.#view.prompted(test.id, event);
    });
  }

  onStdErr(chunk: string | Buffer, test: TestCase | undefined): void {
    this.onStdOut(chunk, test);
  }

  onError(error: TestError): void {
    this.#guard('keep an error', () => this.#errors.push(error));
  }

  async onEnd(end: FullResult): Promise<void> {
    clearInterval(this.#spinner);
    this.#guard('end', () => this.#view.end());
    try {
      await this.#report(end);
    } catch (error) {
      this.#complain('write the report', error);
    }
  }

  async #report(end: FullResult): Promise<void> {
    const folder = resolve(this.#options.outputDir ?? 'reports', this.#runId());
    await mkdir(folder, { recursive: true });
    const cases = await this.#cases(folder);
    const result = assembleRun(
      {
        run: this.#facts(folder),
        cases,
        errors: this.#errors.map((error) => toFailure(error, this.#project)),
        interrupted: end.status === 'interrupted',
      },
      this.#mask,
    );
    const formats: FormatId[] | undefined = this.#options.formats && ['json', ...this.#options.formats];
    const { written, failed } = await renderAll(result, folder, formats);
    for (const { format, error } of failed) this.#complain(`write the ${format} report`, error);
    await pointLatestTo(folder);
    this.#terminal.print(...summary(result, written.html && shortest(written.html), this.#terminal.colours));
  }

  async #cases(folder: string): Promise<CaseResult[]> {
    const target = { folder, mask: this.#mask, secretive: this.#secrets.size > 0 };
    const cases: CaseResult[] = [];
    for (const test of this.#tests) {
      const collected = collectCase(test, this.#project);
      const { attachments, notes } = await copyAttachments(collected.id, test.results, target);
      const allNotes = [...(collected.notes ?? []), ...notes];
      cases.push({ ...collected, attachments, ...(allNotes.length > 0 && { notes: allNotes }) });
    }
    return cases;
  }

  #facts(folder: string): Omit<RunResult['run'], 'browser'> {
    return runFacts({
      id: this.#runId(),
      folder,
      startedAt: this.#startedAt,
      durationMs: this.#clock.monotonic() - this.#startedAtMonotonic,
      command: this.#options.command ?? '',
      seed: this.#options.seed,
    });
  }

  /** A folder name whatever was configured: a run must not write outside the reports. */
  #runId(): string {
    const wanted = this.#options.runId ?? new Date(this.#startedAt).toISOString();
    return wanted.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^\.+/, '') || 'run';
  }

  #learnSecrets(result: TestResult): void {
    const before = this.#secrets.size;
    for (const secret of secretsOf(result)) this.#secrets.add(secret);
    if (this.#secrets.size > before) this.#mask = this.#freshMask();
  }

  #freshMask(): Mask {
    return createMask({ secrets: this.#secrets, patterns: this.#options.secretPatterns ?? [] });
  }

  #guard(what: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#complain(what, error);
    }
  }

  #complain(what: string, error: unknown): void {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`Touchstone's reporter could not ${what}: ${this.#mask(detail)}\n`);
  }
}

/** Each source is read once however many failures point into it. */
function readSource(): Project['source'] {
  const known = new Map<string, string | undefined>();
  return (path) => {
    if (!known.has(path)) {
      try {
        known.set(path, readFileSync(path, 'utf8'));
      } catch {
        known.set(path, undefined);
      }
    }
    return known.get(path);
  };
}
