/**
 * A terminal with a few status lines at the bottom. Everything that is printed goes through here, so that lines and the
 * status never mix: the status is taken away, the lines are written, the status is put back, in one write.
 */
import { stripVTControlCharacters } from 'node:util';
import { type Colours, colours } from '../colour.ts';

/** Where text goes; `process.stdout` has this shape. */
export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

const eraseLine = '\r\u001B[2K';
const lineUp = '\u001B[1A';
const hideCursor = '\u001B[?25l';
const showCursor = '\u001B[?25h';

export class Terminal {
  readonly #output: Output;
  readonly #interactive: boolean;
  readonly colours: Colours;
  #status: readonly string[] = [];

  /** `interactive` unset: only on a TTY outside CI, where a moving line can be seen. */
  constructor(output: Output, options: { interactive?: boolean; colour?: boolean } = {}) {
    this.#output = output;
    this.#interactive = options.interactive ?? (output.isTTY === true && !process.env.CI);
    this.colours = colours(options.colour);
  }

  get interactive(): boolean {
    return this.#interactive;
  }

  /** Columns that a line may fill without wrapping. */
  get width(): number {
    return Math.max(40, this.#output.columns ?? 100);
  }

  print(...lines: readonly string[]): void {
    this.#output.write(this.#erased() + lines.map((line) => `${line}\n`).join('') + this.#status.join('\n'));
  }

  /** Replaces the status; each line must be shorter than the terminal is wide. Without a TTY there is none. */
  status(...lines: readonly string[]): void {
    if (!this.#interactive || lines.join('\n') === this.#status.join('\n')) return;
    const before = this.#status.length > 0 ? this.#erased() : hideCursor;
    this.#status = lines;
    this.#output.write(before + (lines.length > 0 ? lines.join('\n') : showCursor));
  }

  /** Rings, where somebody can hear it. */
  bell(): void {
    if (this.#interactive) this.#output.write('\u0007');
  }

  #erased(): string {
    return this.#status.map(() => eraseLine).join(lineUp);
  }
}

/** The columns that `text` takes: colours take none. */
export const visibleLength = (text: string): number => [...stripVTControlCharacters(text)].length;

export const padEnd = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - visibleLength(text)));
export const padStart = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - visibleLength(text))) + text;

/** Text from tests on its way to the terminal: it must not move the cursor or set colours. */
export const harmless = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get through
  stripVTControlCharacters(text).replace(/[\u0000-\u0008\u000B-\u001F\u007F\u0080-\u009F]/g, '');
