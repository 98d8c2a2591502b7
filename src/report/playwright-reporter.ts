/**
 * Touchstone's Playwright Test reporter: turns Playwright's events into calls of the run writer, which shows the run and writes
 * the reports. It only observes: an error in the reporter is printed on stderr and never changes the run.
 */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type {
  FullConfig,
  FullResult,
  Reporter,
  Suite,
  TestCase,
  TestError,
  TestResult,
} from '@playwright/test/reporter';
import { splitOutput } from '#result/prompt-line.ts';
import { attachmentsOf } from './attachments.ts';
import { collectCase, type Project, secretsOf, toFailure, willRetry } from './collect-case.ts';
import { RunWriter, type RunWriterOptions } from './run-writer.ts';

export type ReporterOptions = Omit<RunWriterOptions, 'terminal' | 'clock'> & {
  /** Absolute path of the project; locations are relative to it. Default: the folder of Playwright's configuration. */
  root?: string;
};

export default class TouchstoneReporter implements Reporter {
  readonly #writer: RunWriter;
  readonly #errors: TestError[] = [];
  #tests: TestCase[] = [];
  readonly #root: string | undefined;
  #project: Project = { root: process.cwd(), source: createSourceReader() };

  constructor(options: ReporterOptions = {}) {
    this.#root = options.root;
    this.#writer = new RunWriter(options);
    for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
  }

  printsToStdio(): boolean {
    return true;
  }

  onBegin(config: FullConfig, suite: Suite): void {
    this.#try('begin the report', () => {
      const root = this.#root ?? (config.configFile && dirname(config.configFile));
      if (root) this.#project = { ...this.#project, root };
      this.#tests = suite.allTests();
      const ids = this.#tests.map((test) => [test.id, collectCase(test, this.#project).id] as const);
      this.#writer.begin(new Map(ids), config.workers);
    });
  }

  onTestBegin(test: TestCase): void {
    this.#try('show a started case', () => {
      const { title } = collectCase(test, this.#project);
      this.#writer.view.startCase(test.id, this.#writer.mask(title));
    });
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    this.#try('show a finished case', () => {
      this.#writer.addSecrets(secretsOf(result));
      const collected = collectCase(test, this.#project);
      const { title, failures, notes } = collected;
      const verdict = this.#writer.verdictOf(collected);
      const { view } = this.#writer;
      const mask = (text: string) => this.#writer.mask(text);
      const attempt = result.retry + 1;
      const failure = failures.findLast((each) => each.attempt === attempt) ?? failures.at(-1);
      const message = mask(failure?.message ?? notes?.[0] ?? '');
      if (willRetry(test, result)) return view.retryCase(test.id, { title: mask(title), attempt, message });
      const output = mask(splitOutput([...result.stdout, ...result.stderr].join('')).rest);
      view.finishCase(test.id, { title: mask(title), verdict, durationMs: result.duration, message, output });
      this.#writer.recordCase({ result: collected, files: attachmentsOf(test.results) });
    });
  }

  /** A test's output is shown when it ends. Output outside any test and prompts for the user are shown at once. */
  onStdOut(chunk: string | Buffer, test: TestCase | undefined): void {
    this.#try('show output', () => {
      const output = this.#writer.mask(chunk.toString());
      if (!test) return this.#writer.view.printOutput(output);
      for (const event of splitOutput(output).prompts) this.#writer.view.showPrompt(test.id, event);
    });
  }

  onStdErr(chunk: string | Buffer, test: TestCase | undefined): void {
    this.onStdOut(chunk, test);
  }

  onError(error: TestError): void {
    this.#errors.push(error);
  }

  async onEnd({ status }: FullResult): Promise<void> {
    try {
      await this.#writer.end({
        cases: this.#tests.map((test) => ({
          result: collectCase(test, this.#project),
          files: attachmentsOf(test.results),
        })),
        errors: this.#errors.map((error) => toFailure(error, this.#project)),
        interrupted: status === 'interrupted',
      });
    } catch (error) {
      this.#printProblem('write the report', error);
    }
  }

  #try(action: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#printProblem(action, error);
    }
  }

  #printProblem(action: string, error: unknown): void {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`Touchstone's reporter cannot ${action}: ${this.#writer.mask(detail)}\n`);
  }
}

/** A closed pipe (`touchstone run | head -1`) must not stop the run before it has written its report. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** Reads each source file once, however many failures point into it. */
function createSourceReader(): Project['source'] {
  const known = new Map<string, string | undefined>();
  return (path) => {
    if (!known.has(path)) known.set(path, readSource(path));
    return known.get(path);
  };
}

function readSource(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
