/** Shows a run while it runs: one line for each finished case, and on a TTY the open prompts and a status line at the bottom. */
import { type Clock, systemClock } from '#base/clock.ts';
import type { PromptEvent } from '#result/prompt-line.ts';
import type { Verdict } from '#result/run-result.ts';
import { count, formatMs, summaryLine, truncate, verdictMarks } from '../format.ts';
import { Prompts, renderPlainPrompt } from './prompts.ts';
import { RemainingTime } from './remaining-time.ts';
import { padEnd, padStart, stripControlCharacters, type Terminal, toOneLine, visibleLength } from './terminal.ts';
import { verdictColours } from './verdict-colours.ts';

export interface FinishedCase {
  title: string;
  verdict: Verdict;
  durationMs: number;
  /** Message of the first failure; its first line is shown. */
  message?: string;
  /** What the test printed. */
  output?: string;
}

export interface FailedAttempt {
  title: string;
  /** From 1. */
  attempt: number;
  message: string;
}

/** Returns e.g. `12 s`, `2 min`: an estimate is no more exact. */
const formatMinutes = (ms: number): string =>
  ms < 59_500 ? `${Math.max(1, Math.round(ms / 1000))} s` : `${Math.round(ms / 60_000)} min`;

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
const maxBarWidth = 24;
const timeWidth = 9;
const maxLineWidth = 110;

export class LiveView {
  readonly #terminal: Terminal;
  /** Titles of the running cases by id. */
  readonly #running = new Map<string, string>();
  readonly #counts = new Map<Verdict, number>();
  readonly #prompts: Prompts;
  readonly #bell: boolean;
  readonly #clock: Clock;
  #remaining = new RemainingTime(new Map(), 1);
  #total = 0;
  #done = 0;
  #frame = 0;

  /** With `bell`, the terminal bell rings for every prompt. */
  constructor(terminal: Terminal, { clock = systemClock, bell = false }: { clock?: Clock; bell?: boolean } = {}) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.#prompts = new Prompts(clock);
    this.#bell = bell;
  }

  /** `expected`: milliseconds that each case took before, by the ids that are passed to `started` and `finished`. */
  begin(expected: ReadonlyMap<string, number | undefined>, workerCount: number, runId: string): void {
    const { colours: c } = this.#terminal;
    const facts = [count(expected.size, 'case'), count(workerCount, 'worker'), runId];
    this.#total = expected.size;
    this.#remaining = new RemainingTime(expected, workerCount);
    this.#terminal.print('', `  ${c.bold('Touchstone')}  ${c.dim(facts.join(' · '))}`, '');
    this.#drawStatus();
  }

  startCase(id: string, title: string): void {
    this.#running.set(id, stripControlCharacters(title));
    this.#remaining.start(id, this.#clock.monotonic());
    this.#drawStatus();
  }

  /** Shows a prompt for the user at a key, or removes it when the event has none. */
  showPrompt(id: string, event: PromptEvent): void {
    const { interactive, colours } = this.#terminal;
    this.#prompts.update(id, event);
    if (event.prompt && !interactive) this.#terminal.print(renderPlainPrompt(event.prompt, colours));
    if (event.prompt && this.#bell) this.#terminal.ringBell();
    this.#drawStatus();
  }

  /** Shows a failed attempt of a case that is tried again. */
  retryCase(id: string, { title, attempt, message }: FailedAttempt): void {
    const { colours: c, width } = this.#terminal;
    this.#endCase(id);
    const note = c.dim(`attempt ${attempt} failed, trying again`);
    this.#terminal.print(
      `  ${c.yellow('↻')} ${truncate(toOneLine(title), width - 40)}  ${note}`,
      ...this.#messageLines(message),
    );
    this.#drawStatus();
  }

  finishCase(id: string, result: FinishedCase): void {
    const { verdict, durationMs, message, output } = result;
    this.#endCase(id);
    this.#remaining.finish(id, durationMs);
    this.#done += 1;
    this.#counts.set(verdict, (this.#counts.get(verdict) ?? 0) + 1);
    this.#terminal.print(
      this.#caseLine(result),
      ...(verdict === 'passed' ? [] : this.#messageLines(message)),
      ...this.#outputLines(output),
    );
    this.#drawStatus();
  }

  /** Prints output that comes from no test. */
  printOutput(text: string): void {
    this.#terminal.print(...this.#outputLines(text));
  }

  /** Draws the next frame of the spinner. */
  tick(): void {
    this.#frame += 1;
    this.#drawStatus();
  }

  /** Removes the status lines. */
  end(): void {
    this.#terminal.setStatus();
  }

  #endCase(id: string): void {
    this.#running.delete(id);
    this.#prompts.closeAll(id);
  }

  #caseLine({ title, verdict, durationMs }: FinishedCase): string {
    const { colours: c, interactive, width } = this.#terminal;
    const verdictColour = verdictColours(c)[verdict];
    const counter = padStart(`[${this.#done}/${this.#total}]`, String(this.#total).length * 2 + 3);
    const progress = interactive ? '' : c.dim(`${counter} `);
    const titleWidth = Math.min(width, maxLineWidth) - timeWidth - 6 - visibleLength(progress);
    const shortTitle = truncate(toOneLine(title), titleWidth);
    const start = `  ${progress}${verdictColour(verdictMarks[verdict])} `;
    if (verdict === 'skipped') return start + c.dim(shortTitle);
    const text = padEnd(shortTitle, titleWidth);
    const time = c.dim(padStart(formatMs(durationMs), timeWidth));
    return start + (verdict === 'passed' ? text : verdictColour(text)) + time;
  }

  #messageLines(message: string | undefined): string[] {
    const { colours: c, width } = this.#terminal;
    const line = summaryLine(stripControlCharacters(message ?? ''));
    return line === '' ? [] : [`      ${c.dim(truncate(line, width - 8))}`];
  }

  #outputLines(output = ''): string[] {
    if (output.trim() === '') return [];
    const lines = stripControlCharacters(output).replace(/\n+$/, '').split('\n');
    return lines.map((line) => `      ${this.#terminal.colours.dim(`│ ${line}`)}`);
  }

  #drawStatus(): void {
    this.#terminal.setStatus(...this.#prompts.lines(this.#terminal), this.#progressLine());
  }

  #progressLine(): string {
    const { colours: c, width } = this.#terminal;
    const barWidth = Math.max(0, Math.min(maxBarWidth, width - 44));
    const filled = this.#total === 0 ? 0 : Math.round((this.#done / this.#total) * barWidth);
    const bar = c.green('━'.repeat(filled)) + c.dim('─'.repeat(barWidth - filled));
    const problems = (['failed', 'errored', 'flaky'] as const)
      .filter((verdict) => this.#counts.has(verdict))
      .map((verdict) => `  ${verdictColours(c)[verdict](`${this.#counts.get(verdict)} ${verdict}`)}`);
    const spin = spinner[this.#frame % spinner.length] ?? '';
    const left = this.#remaining.estimate(this.#clock.monotonic());
    const time = left === undefined ? '' : c.dim(`  ${formatMinutes(left)} left`);
    const start = `  ${c.cyan(spin)} ${bar} ${this.#done}/${this.#total}${problems.join('')}${time}`;
    const titleWidth = width - visibleLength(start) - 3;
    const title = [...this.#running.values()].at(-1) ?? '';
    return titleWidth > 12 ? `${start}  ${c.dim(truncate(toOneLine(title), titleWidth))}` : start;
  }
}
