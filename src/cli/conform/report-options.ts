/** The options of `touchstone conform` about reports, and writing them. */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { type Clock, systemClock } from '#base/clock.ts';
import { messageOf, UsageError } from '#base/errors.ts';
import type { BundleInput } from '#conformance/bundle/contents.ts';
import { createBundle } from '#conformance/bundle/create-bundle.ts';
import { compareReports } from '#conformance/report/compare.ts';
import { readReport } from '#conformance/report/read-report.ts';
import { writeReports } from '#conformance/report/renderers.ts';
import type { ConformanceReport, SuiteName } from '#conformance/report/report-model.ts';
import { renderResults } from '#conformance/report/terminal.ts';
import { createColours } from '#report/colour.ts';
import { updateLatestLink } from '#report/latest-link.ts';
import { collectRunFacts, shortenPath } from '#report/run-facts.ts';
import { ensureWritableFolder } from '../commands/output-folder.ts';
import { exitCode } from '../exit-codes.ts';

export interface ReportOptions {
  output: string;
  compare?: string;
  bundle?: string;
  json: boolean;
  verbose: boolean;
}

export const withReportOptions = (command: Command): Command =>
  command
    .option('-o, --output <folder>', 'Folder of all reports', 'reports')
    .option('--compare <result>', 'Show which cases changed since an earlier report: its folder or its result.json')
    .option('--bundle <file>', 'Write an archive of results and messages, which touchstone verify checks')
    .option('--verbose', 'Print all findings, and the cases that are not applicable with the reason', false);

/** The description of the target in a bundle. */
export type BundledInput = Pick<BundleInput, 'target' | 'expectedFailures' | 'withShould'>;

/** A conformance run that has begun, with its folder and the report that it is compared with. */
export class ReportedRun {
  readonly #suite: SuiteName;
  readonly #options: ReportOptions;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #startedAtMonotonic: number;
  readonly #id: string;
  readonly #earlier: ConformanceReport | undefined;

  private constructor(suite: SuiteName, options: ReportOptions, earlier: ConformanceReport | undefined, clock: Clock) {
    this.#suite = suite;
    this.#options = options;
    this.#earlier = earlier;
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#startedAtMonotonic = clock.monotonic();
    this.#id = `${suite}-${new Date(this.#startedAt).toISOString().replace(/[:.]/g, '-')}-${process.pid}`;
  }

  /**
   * Begins a run. @throws {UsageError} if reports cannot be written, or the earlier report cannot be read. Both are checked before the first
   * case, so that no result is lost.
   */
  static async begin(suite: SuiteName, options: ReportOptions, clock = systemClock): Promise<ReportedRun> {
    await ensureWritableFolder(options.output);
    const earlier = options.compare === undefined ? undefined : await readReport(options.compare);
    return new ReportedRun(suite, options, earlier, clock);
  }

  get #folder(): string {
    return join(resolve(this.#options.output), this.#id);
  }

  /** Returns the facts of the run, now that it has ended. */
  facts(): ConformanceReport['run'] {
    const { id, startedAt, durationMs, command, touchstone, node, platform } = collectRunFacts({
      id: this.#id,
      folder: this.#folder,
      startedAt: this.#startedAt,
      durationMs: this.#clock.monotonic() - this.#startedAtMonotonic,
      command: process.argv.slice(2).join(' '),
    });
    return { id, startedAt, durationMs, command, touchstone, node, platform };
  }

  /** Writes all reports and the bundle, and prints the results. Returns the exit code. */
  async end(results: ConformanceReport, input: BundledInput): Promise<number> {
    const earlier = this.#earlier;
    const report = earlier ? { ...results, comparison: compareReports(earlier, results) } : results;
    const { written, failed } = await writeReports(report, this.#folder);
    for (const { format, error } of failed) console.error(`Cannot write the ${format} report: ${messageOf(error)}`);
    await updateLatestLink(this.#folder, { name: `latest-${this.#suite}` });
    await this.#writeBundle(report, input);
    this.#print(report, written.html && shortenPath(written.html));
    return exitCodes[report.verdict];
  }

  async #writeBundle(report: ConformanceReport, input: BundledInput): Promise<void> {
    const { bundle } = this.#options;
    if (bundle === undefined) return;
    const { touchstone, node } = report.run;
    const requirements = report.requirements.map(({ id }) => id);
    const complete = {
      suite: report.suite,
      requirements,
      seeds: 'case id',
      versions: { touchstone, node },
      ...input,
    } as const;
    try {
      await writeFile(bundle, createBundle(report, complete));
    } catch (cause) {
      throw new UsageError(`Cannot write the bundle ${bundle}: ${messageOf(cause)}`, { cause });
    }
  }

  #print(report: ConformanceReport, path: string | undefined): void {
    const { json, verbose } = this.#options;
    const width = Math.max(60, process.stdout.columns ?? 120);
    const text = json
      ? JSON.stringify(
          report.cases.map((one) => toListedCase(one, report)),
          null,
          2,
        )
      : renderResults(report, { colours: createColours(), width, verbose, path }).join('\n');
    console.log(text);
  }
}

/** `not-tested`: nothing was applicable, so a release gate must not pass. */
const exitCodes: Record<ConformanceReport['verdict'], number> = {
  passed: exitCode.passed,
  failed: exitCode.failed,
  'not-tested': exitCode.infrastructure,
};

/** Returns what `--json` prints: the messages are in the report. */
const toListedCase = (
  { exchanges: _messages, target, ...rest }: ConformanceReport['cases'][number],
  { targets }: ConformanceReport,
) => (targets.length > 1 ? { ...rest, target: targets[target]?.name } : rest);
