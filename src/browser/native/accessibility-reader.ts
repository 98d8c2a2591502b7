/**
 * The process that reads a browser's dialog from the accessibility bus. It runs as long as the browser, because starting programs is
 * slow in the kernel lab; it is stopped with SIGSTOP while there is no listener. A reader that ends is started again.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { DialogSnapshot } from './dialog-snapshot.ts';

/** The result of a reading: whether a window of the browser is on the bus, and the open dialog; or why nothing can be read. */
export type BusState = { window: boolean; dialog: DialogSnapshot | null } | { error: string };
/** One line of the reader's output: the result of a reading, or of pressing a button. */
type ReaderMessage = BusState | { pressed: string } | { missing: string };

type Listener = (state: BusState) => void;

/** Program and arguments of the reader. */
export type ReaderCommand = readonly [program: string, ...args: string[]];

const nothingYet: BusState = { error: 'the reader has reported nothing yet' };
/** A reader that crashes this often has a permanent problem, and is not started again. */
const maxStarts = 5;

export class AccessibilityReader implements Disposable {
  readonly #command: ReaderCommand;
  readonly #listeners = new Set<Listener>();
  /** Button presses that the reader has not answered yet, in order. */
  readonly #presses: ((wasPressed: boolean) => void)[] = [];
  #process: ChildProcessByStdio<Writable, Readable, Readable> | undefined;
  #starts = 0;
  #isDisposed = false;
  #state: BusState = nothingYet;

  constructor(command: ReaderCommand) {
    this.#command = command;
    this.#start();
  }

  /** What the reader has seen last. */
  get state(): BusState {
    return this.#state;
  }

  /** Calls `listener` a few times per second. The returned function stops that. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    this.#process?.kill('SIGCONT');
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#process?.kill('SIGSTOP');
    };
  }

  /** Returns whether the open dialog has a button of this name, and it was pressed. */
  press(name: string): Promise<boolean> {
    return new Promise((resolve) => {
      if (!this.#process) return resolve(false);
      this.#presses.push(resolve);
      this.#process.stdin.write(`${name}\n`);
    });
  }

  /** Starts the reader again, with a new connection to the accessibility bus. */
  restart(): void {
    this.#starts = 0;
    this.#end();
    this.#start();
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#end();
  }

  #start(): void {
    const [program, ...args] = this.#command;
    const process = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let lastMessage = '';
    this.#starts += 1;
    this.#state = nothingYet;
    this.#process = process;
    createInterface(process.stdout).on('line', (line) => this.#receive(JSON.parse(line) as ReaderMessage));
    createInterface(process.stderr).on('line', (line) => {
      lastMessage = line;
    });
    process.stdin.on('error', () => undefined); // the reader has exited; `close` follows
    process.on('error', (error) => this.#onEnd(process, error.message));
    process.on('close', (code) => this.#onEnd(process, `exit code ${code}${lastMessage && `: ${lastMessage}`}`));
  }

  #end(): void {
    this.#process?.kill('SIGKILL'); // a stopped process does not handle SIGTERM
    this.#process = undefined;
    for (const resolve of this.#presses.splice(0)) resolve(false);
  }

  #onEnd(process: unknown, reason: string): void {
    if (process !== this.#process) return;
    this.#end();
    if (!this.#isDisposed && this.#starts < maxStarts) this.#start();
    this.#report({ error: `the reader has ended with ${reason}` });
  }

  #receive(message: ReaderMessage): void {
    if ('pressed' in message || 'missing' in message) this.#presses.shift()?.('pressed' in message);
    else this.#report(message);
  }

  #report(state: BusState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}
