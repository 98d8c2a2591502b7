/**
 * A browser's own dialog: read through the accessibility bus, and answered with the keyboard (the focus is in the right field)
 * or by pressing buttons. One reader process runs as long as the browser, because starting programs is slow in the kernel lab;
 * it is stopped with SIGSTOP while there is no listener.
 */
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import type { DialogSnapshot, NativeDialog } from './dialog-snapshot.ts';

const run = promisify(execFile);
/** Debian's own interpreter, for which the accessibility bindings are packaged. */
const readerCommand = ['/usr/bin/python3', new URL('./accessibility.py', import.meta.url).pathname] as const;
const keyDelayMs = 20;
/** Better compression would take most of the time of a screenshot in the kernel lab. */
const fastCompression = ['-define', 'png:compression-level=1'];
const maxScreenshotBytes = 32 * 2 ** 20;

/** The differences between browsers. */
export interface DialogTraits {
  /** Name of the application on the accessibility bus. */
  application: 'Chromium' | 'Firefox';
  /** What cancels a prompt or closes the last page. */
  dismissedBy: { key: string } | { button: string };
}

/** One line of the reader's output: the open dialog or null, or the result of pressing a button. */
type ReaderMessage = DialogSnapshot | { pressed: string } | { missing: string } | null;

export class AccessibleDialog implements NativeDialog, AsyncDisposable {
  readonly #traits: DialogTraits;
  readonly #reader: ChildProcessByStdio<Writable, Readable, null>;
  readonly #listeners = new Set<(snapshot: DialogSnapshot | undefined) => void>();
  /** Button presses that the reader has not answered yet, in order. */
  readonly #presses: ((wasPressed: boolean) => void)[] = [];
  #hasExited = false;

  /** Starts the reader with the name of the application as its last argument. */
  constructor(traits: DialogTraits, [program, ...args]: readonly [string, ...string[]] = readerCommand) {
    this.#traits = traits;
    this.#reader = spawn(program, [...args, traits.application], { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface(this.#reader.stdout).on('line', (line) => this.#receive(JSON.parse(line) as ReaderMessage));
    this.#reader.stdin.on('error', () => undefined); // the reader has exited; `close` follows
    this.#reader.on('close', () => {
      this.#hasExited = true;
      for (const resolve of this.#presses.splice(0)) resolve(false);
    });
  }

  watch(listener: (snapshot: DialogSnapshot | undefined) => void): () => void {
    this.#listeners.add(listener);
    this.#reader.kill('SIGCONT');
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#reader.kill('SIGSTOP');
    };
  }

  async typePin(pin: string, kind: 'enter' | 'set' | 'change'): Promise<void> {
    await this.#typeText(pin);
    if (kind !== 'enter') {
      await this.#pressKey('Tab');
      await this.#typeText(pin);
    }
    await this.#pressKey('Return');
  }

  async pressButton(name: string): Promise<void> {
    const wasPressed = await new Promise<boolean>((resolve) => {
      if (this.#hasExited) return resolve(false);
      this.#presses.push(resolve);
      this.#reader.stdin.write(`${name}\n`);
    });
    if (!wasPressed)
      throw new Error(`Cannot press "${name}": the dialog of ${this.#traits.application} has no such button`);
  }

  dismiss(): Promise<void> {
    const { dismissedBy } = this.#traits;
    return 'key' in dismissedBy ? this.#pressKey(dismissedBy.key) : this.pressButton(dismissedBy.button);
  }

  async screenshot(): Promise<Buffer> {
    const { stdout } = await run('import', ['-window', 'root', ...fastCompression, 'png:-'], {
      encoding: 'buffer',
      maxBuffer: maxScreenshotBytes,
    });
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#reader.kill('SIGKILL'); // a stopped process does not handle SIGTERM
  }

  #receive(message: ReaderMessage): void {
    if (message && !('title' in message)) this.#presses.shift()?.('pressed' in message);
    else for (const listener of this.#listeners) listener(message ?? undefined);
  }

  async #typeText(text: string): Promise<void> {
    await run('xdotool', ['type', '--delay', String(keyDelayMs), '--', text]);
  }

  async #pressKey(key: string): Promise<void> {
    await run('xdotool', ['key', key]);
  }
}
