/**
 * A browser's own dialog: read through the accessibility bus, answered with the keyboard, as the focus always stands where
 * it is wanted, and by pressing buttons where it does not. The reader is one process for the life of the browser, as
 * starting programs is what costs time in the lab; it is halted while nobody watches.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { NativeDialog, DialogSnapshot } from './dialog-snapshot.ts';

const run = promisify(execFile);
/** Debian's interpreter: its packages bring the accessibility bindings. */
const reader = ['/usr/bin/python3', new URL('./accessibility.py', import.meta.url).pathname] as const;
const betweenKeysMs = 20;
/** Packing it well takes longer in the lab than everything else about it. */
const quickly = ['-define', 'png:compression-level=1'];
const largestPicture = 32 * 2 ** 20;

/** What browsers do differently. */
export interface DialogTraits {
  /** Its name on the accessibility bus. */
  application: 'Chromium' | 'Firefox';
  /** How a question is cancelled, or the last page closed. */
  dismissedBy: { key: string } | { button: string };
}

/** What the reader writes: what it sees, or what became of a button. */
type Line = DialogSnapshot | { pressed: string } | { missing: string } | null;

export class AccessibleDialog implements NativeDialog, AsyncDisposable {
  readonly #manners: DialogTraits;
  readonly #reader: ChildProcess;
  readonly #listeners = new Set<(sight: DialogSnapshot | undefined) => void>();
  /** Presses that the reader has not answered yet, in their order. */
  readonly #presses: ((found: boolean) => void)[] = [];
  #gone = false;

  /** The program that reads the screen is given the name of the application. */
  constructor(manners: DialogTraits, [program, ...args]: readonly [string, ...string[]] = reader) {
    this.#manners = manners;
    this.#reader = spawn(program, [...args, manners.application], { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface(this.#reader.stdout!).on('line', (line) => this.#hear(JSON.parse(line) as Line));
    this.#reader.stdin!.on('error', () => undefined); // it has gone; `close` tells the same
    this.#reader.on('close', () => {
      this.#gone = true;
      for (const answer of this.#presses.splice(0)) answer(false);
    });
  }

  watch(listener: (sight: DialogSnapshot | undefined) => void): () => void {
    this.#listeners.add(listener);
    this.#reader.kill('SIGCONT');
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#reader.kill('SIGSTOP');
    };
  }

  async typePin(pin: string, kind: 'enter' | 'set' | 'change'): Promise<void> {
    await this.#type(pin);
    if (kind !== 'enter') {
      await this.#stroke('Tab');
      await this.#type(pin);
    }
    await this.#stroke('Return');
  }

  async press(button: string): Promise<void> {
    const found = await new Promise<boolean>((answer) => {
      if (this.#gone) return answer(false);
      this.#presses.push(answer);
      this.#reader.stdin!.write(`${button}\n`);
    });
    if (!found) throw new Error(`the dialog of ${this.#manners.application} has no button "${button}" to press`);
  }

  dismiss(): Promise<void> {
    const { dismissedBy } = this.#manners;
    return 'key' in dismissedBy ? this.#stroke(dismissedBy.key) : this.press(dismissedBy.button);
  }

  async picture(): Promise<Buffer> {
    const { stdout } = await run('import', ['-window', 'root', ...quickly, 'png:-'], {
      encoding: 'buffer',
      maxBuffer: largestPicture,
    });
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#reader.kill('SIGKILL'); // it may be halted
  }

  #hear(line: Line): void {
    if (line && !('title' in line)) this.#presses.shift()?.('pressed' in line);
    else for (const listener of this.#listeners) listener(line ?? undefined);
  }

  async #type(text: string): Promise<void> {
    await run('xdotool', ['type', '--delay', String(betweenKeysMs), '--', text]);
  }

  async #stroke(key: string): Promise<void> {
    await run('xdotool', ['key', key]);
  }
}
