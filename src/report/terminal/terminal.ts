/**
 * A terminal with a few status lines at the bottom. All output goes through this class, so that printed lines and the status never
 * mix: one write erases the status, prints the lines and draws the status again.
 */
import { stripVTControlCharacters } from 'node:util';
import { type Colours, createColours } from '../colour.ts';

/** Where text is written; `process.stdout` has this shape. */
export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

const eraseLine = '\r\u001B[2K';
const lineUp = '\u001B[1A';
const hideCursor = '\u001B[?25l';
const showCursor = '\u001B[?25h';

export interface TerminalOptions {
  /** Whether status lines are drawn; default: only on a TTY outside CI. */
  interactive?: boolean;
  /** Default: what the environment and standard output support. */
  colour?: boolean;
}

export class Terminal {
  readonly interactive: boolean;
  readonly colours: Colours;
  readonly #output: Output;
  #status: readonly string[] = [];

  constructor(output: Output, { interactive, colour }: TerminalOptions = {}) {
    this.#output = output;
    this.interactive = interactive ?? (output.isTTY === true && !process.env.CI);
    this.colours = createColours(colour);
  }

  /** Columns that a line may fill without wrapping. */
  get width(): number {
    return Math.max(40, this.#output.columns ?? 100);
  }

  print(...lines: readonly string[]): void {
    const shown = this.interactive ? lines : lines.map(withoutLogCommands);
    this.#output.write(this.#erasedStatus() + shown.map((line) => `${line}\n`).join('') + this.#status.join('\n'));
  }

  /** Replaces the status lines. Each must be shorter than the terminal is wide. Does nothing when the terminal is not interactive. */
  setStatus(...lines: readonly string[]): void {
    if (!this.interactive || lines.join('\n') === this.#status.join('\n')) return;
    const before = this.#status.length > 0 ? this.#erasedStatus() : hideCursor;
    this.#status = lines;
    this.#output.write(before + (lines.length > 0 ? lines.join('\n') : showCursor));
  }

  /** Rings the bell of an interactive terminal. */
  ringBell(): void {
    if (this.interactive) this.#output.write('\u0007');
  }

  #erasedStatus(): string {
    return this.#status.map(() => eraseLine).join(lineUp);
  }
}

/**
 * Returns `text` so that no CI system finds a command in its log: `::name::` at the start of a line (GitHub), `##vso[`, `##[` and
 * `##teamcity[` anywhere. A site under test could otherwise hide annotations or change the result of a task.
 */
export const withoutLogCommands = (text: string): string =>
  text.replace(/^(\s*:)(?=:)/gm, '$1\u200B').replace(/##(?=\w*\[)/g, '##\u200B');

/** Returns how many columns `text` takes; colour sequences take none. */
export const visibleLength = (text: string): number => [...stripVTControlCharacters(text)].length;

export const padEnd = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - visibleLength(text)));
export const padStart = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - visibleLength(text))) + text;

/** Removes control characters but tab and line feed, so that text from tests cannot move the cursor or set colours. */
export const stripControlCharacters = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: matches the characters to remove
  stripVTControlCharacters(text).replace(/[\u0000-\u0008\u000B-\u001F\u007F\u0080-\u009F]/g, '');

/** Returns `text` without control characters and line breaks. */
export const toOneLine = (text: string): string => stripControlCharacters(text).replaceAll('\n', ' ');
