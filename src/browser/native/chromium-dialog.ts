/**
 * Chromium's own dialog: read through the accessibility bus, answered with the keyboard, as the focus always stands where
 * it is wanted. The reader is one process for the life of the browser, as starting programs is what costs time in the lab;
 * it is halted while nobody watches.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { NativeDialog, Sight } from './sight.ts';

const run = promisify(execFile);
const reader = new URL('./accessibility.py', import.meta.url).pathname;
/** Debian's interpreter: its packages bring the accessibility bindings. */
const python = '/usr/bin/python3';
const betweenKeysMs = 20;
/** Packing it well takes longer in the lab than everything else about it. */
const quickly = ['-define', 'png:compression-level=1'];
const largestPicture = 32 * 2 ** 20;

export class ChromiumDialog implements NativeDialog, AsyncDisposable {
  readonly #reader: ChildProcess;
  readonly #listeners = new Set<(sight: Sight | undefined) => void>();

  constructor() {
    this.#reader = spawn(python, [reader], { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface(this.#reader.stdout!).on('line', (line) => {
      const sight = (JSON.parse(line) as Sight | null) ?? undefined;
      for (const listener of this.#listeners) listener(sight);
    });
  }

  watch(listener: (sight: Sight | undefined) => void): () => void {
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
      await this.#press('Tab');
      await this.#type(pin);
    }
    await this.#press('Return');
  }

  dismiss(): Promise<void> {
    return this.#press('Escape');
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

  async #type(text: string): Promise<void> {
    await run('xdotool', ['type', '--delay', String(betweenKeysMs), '--', text]);
  }

  async #press(key: string): Promise<void> {
    await run('xdotool', ['key', key]);
  }
}
