/**
 * What a run looks like while it runs: one line for each finished case, and on a TTY a status line that moves, below what people
 * at real keys are asked.
 */
import { type Clock, systemClock } from '#base/clock.ts';
import type { PromptEvent } from '#result/prompt-line.ts';
import type { Verdict } from '#result/run-result.ts';
import type { Colours } from '../colour.ts';
import { count, firstLine, formatMs, truncate, verdictMarks } from '../format.ts';
import { Prompts } from './prompts.ts';
import { harmless, padEnd, padStart, type Terminal, visibleLength } from './terminal.ts';

export interface FinishedCase {
  title: string;
  verdict: Verdict;
  durationMs: number;
  /** First failure's message; its first line is shown. */
  message?: string;
  /** What the test printed. */
  output?: string;
}

/** The colour of each verdict. */
export const paint = (c: Colours): Record<Verdict, (text: string) => string> => ({
  passed: c.green,
  failed: c.red,
  errored: c.magenta,
  flaky: c.yellow,
  skipped: c.gray,
  interrupted: c.cyan,
});

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const widestBar = 24;
const timeWidth = 9;
const widestLine = 110;

const oneLine = (text: string, width: number): string => truncate(harmless(text).replaceAll('\n', ' '), width);

export class LiveView {
  readonly #terminal: Terminal;
  readonly #running = new Map<string, string>();
  readonly #counts = new Map<Verdict, number>();
  readonly #prompts: Prompts;
  readonly #bell: boolean;
  #total = 0;
  #done = 0;
  #frame = 0;

  /** `bell`: rings when somebody is asked something. */
  constructor(terminal: Terminal, { clock = systemClock, bell = false }: { clock?: Clock; bell?: boolean } = {}) {
    this.#terminal = terminal;
    this.#prompts = new Prompts(clock);
    this.#bell = bell;
  }

  begin(total: number, workers: number, runId: string): void {
    const { colours: c } = this.#terminal;
    this.#total = total;
    this.#terminal.print(
      '',
      `  ${c.bold('Touchstone')}  ${c.dim(`${count(total, 'case')} · ${count(workers, 'worker')} · ${runId}`)}`,
      '',
    );
    this.#update();
  }

  started(id: string, title: string): void {
    this.#running.set(id, harmless(title));
    this.#update();
  }

  /** Somebody at a key is asked something, or is not any more. */
  prompted(id: string, event: PromptEvent): void {
    const { interactive, colours } = this.#terminal;
    const prompt = this.#prompts.take(id, event);
    if (prompt && !interactive) this.#terminal.print(Prompts.plainLine(prompt, colours));
    if (prompt && this.#bell) this.#terminal.bell();
    this.#update();
  }

  /** An attempt failed and another one follows. */
  retried(id: string, title: string, attempt: number, message: string | undefined): void {
    const { colours: c } = this.#terminal;
    this.#running.delete(id);
    this.#prompts.end(id);
    this.#terminal.print(
      `  ${c.yellow('↻')} ${oneLine(title, this.#terminal.width - 40)}  ${c.dim(`attempt ${attempt} failed, trying again`)}`,
      ...this.#message(message),
    );
    this.#update();
  }

  finished(id: string, result: FinishedCase): void {
    const { colours: c } = this.#terminal;
    const colour = paint(c)[result.verdict];
    this.#running.delete(id);
    this.#prompts.end(id);
    this.#done += 1;
    this.#counts.set(result.verdict, (this.#counts.get(result.verdict) ?? 0) + 1);
    const progress = this.#terminal.interactive
      ? ''
      : c.dim(`${padStart(`[${this.#done}/${this.#total}]`, String(this.#total).length * 2 + 3)} `);
    const title = this.#title(result.title, visibleLength(progress));
    const shade = result.verdict === 'skipped' ? c.dim : result.verdict === 'passed' ? (text: string) => text : colour;
    const time = result.verdict === 'skipped' ? '' : c.dim(padStart(formatMs(result.durationMs), timeWidth));
    this.#terminal.print(
      `  ${progress}${colour(verdictMarks[result.verdict])} ${shade(time === '' ? title.trimEnd() : title)}${time}`,
      ...(result.verdict === 'passed' ? [] : this.#message(result.message)),
      ...this.#output(result.output),
    );
    this.#update();
  }

  /** Something was printed outside any test, or Playwright reports an error of the run. */
  note(text: string): void {
    this.#terminal.print(...this.#output(text));
  }

  /** Next frame of the spinner; only where the status line can be seen. */
  tick(): void {
    this.#frame += 1;
    this.#update();
  }

  end(): void {
    this.#terminal.status();
  }

  #title(title: string, taken = 0): string {
    const room = Math.min(this.#terminal.width, widestLine) - timeWidth - 6 - taken;
    return padEnd(oneLine(title, room), room);
  }

  #message(message: string | undefined): string[] {
    const line = firstLine(harmless(message ?? ''));
    return line === '' ? [] : [`      ${this.#terminal.colours.dim(truncate(line, this.#terminal.width - 8))}`];
  }

  #output(output = ''): string[] {
    const lines = harmless(output).replace(/\n+$/, '').split('\n');
    return output.trim() === '' ? [] : lines.map((line) => `      ${this.#terminal.colours.dim(`│ ${line}`)}`);
  }

  #update(): void {
    this.#terminal.status(...this.#prompts.lines(this.#terminal), this.#progress());
  }

  #progress(): string {
    const { colours: c, width } = this.#terminal;
    const spin = spinner[this.#frame % spinner.length]!;
    const barWidth = Math.max(0, Math.min(widestBar, width - 44));
    const filled = this.#total === 0 ? 0 : Math.round((this.#done / this.#total) * barWidth);
    const bar = c.green('━'.repeat(filled)) + c.dim('─'.repeat(barWidth - filled));
    const bad = (['failed', 'errored', 'flaky'] as const).filter((verdict) => this.#counts.get(verdict));
    const troubles = bad.map((verdict) => `  ${paint(c)[verdict](`${this.#counts.get(verdict)} ${verdict}`)}`);
    const left = `  ${c.cyan(spin)} ${bar} ${this.#done}/${this.#total}${troubles.join('')}`;
    const room = width - visibleLength(left) - 3;
    const current = [...this.#running.values()].at(-1) ?? '';
    return room > 12 ? `${left}  ${c.dim(oneLine(current, room))}` : left;
  }
}
