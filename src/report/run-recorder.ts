/** Records a run without Playwright (the jobs of the kernel lab): same terminal view, same reports. */
import { cp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CaseResult, Failure, RunResult } from '#result/run-result.ts';
import type { AttachmentSource } from './attachments.ts';
import { readResult } from './read-result.ts';
import { type CaseWithFiles, RunWriter, type RunWriterOptions } from './run-writer.ts';

export class RunRecorder {
  readonly #writer: RunWriter;
  readonly #cases: CaseWithFiles[] = [];
  readonly #included: CaseWithFiles[] = [];
  readonly #errors: Failure[] = [];

  constructor(options: RunWriterOptions) {
    this.#writer = new RunWriter(options);
  }

  /** Absolute path of this run's folder. */
  get folder(): string {
    return this.#writer.folder;
  }

  begin(caseIds: readonly string[]): void {
    this.#writer.begin(new Map(caseIds.map((id) => [id, id])), 1);
  }

  startCase(id: string, title: string): void {
    this.#writer.view.startCase(id, title);
  }

  /** Adds the case; `files` are copied into the report when the run ends. */
  finishCase(result: CaseResult, files: readonly AttachmentSource[]): void {
    const { id, title, verdict, durationMs, failures } = result;
    this.#writer.view.finishCase(id, { title, verdict, durationMs, message: failures[0]?.message ?? '' });
    this.#cases.push({ result, files });
    this.#writer.recordCase({ result, files });
  }

  /** Adds an error outside any case. */
  addError(message: string): void {
    this.#errors.push({ message });
    this.#writer.recordError({ message });
    this.#writer.view.printOutput(message);
  }

  printOutput(text: string): void {
    this.#writer.view.printOutput(text);
  }

  /**
   * Adds the cases and attachments of a finished run.
   * @throws {UsageError} if `masterFile` cannot be read.
   */
  async includeRun(masterFile: string): Promise<void> {
    const { cases, errors = [] } = await readResult(masterFile);
    if (cases.some(({ attachments }) => attachments.length > 0)) {
      const target = join(this.#writer.folder, 'attachments');
      await cp(join(dirname(masterFile), 'attachments'), target, { recursive: true });
    }
    const included = cases.map((result) => ({ result, files: [] }));
    this.#included.push(...included);
    this.#errors.push(...errors);
    for (const item of included) this.#writer.recordCase(item);
    for (const error of errors) this.#writer.recordError(error);
  }

  /** Writes all reports and prints the summary. */
  end({ interrupted }: { interrupted: boolean }): Promise<RunResult> {
    return this.#writer.end({ cases: [...this.#cases, ...this.#included], errors: this.#errors, interrupted });
  }
}
