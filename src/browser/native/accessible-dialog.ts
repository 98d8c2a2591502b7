/**
 * A browser's own dialog: read through the accessibility bus, and answered with the keyboard (the focus is in the right field)
 * or by pressing buttons.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { settlesWithin } from '#base/async.ts';
import { type Clock, systemClock } from '#base/clock.ts';
import { UnavailableError } from '#base/errors.ts';
import { AccessibilityReader, type BusState, type ReaderCommand } from './accessibility-reader.ts';
import type { DialogSnapshot, NativeDialog } from './dialog-snapshot.ts';

const run = promisify(execFile);
/** Debian's own interpreter: the accessibility bindings are packaged for it. */
const readerCommand = ['/usr/bin/python3', new URL('./accessibility.py', import.meta.url).pathname] as const;
const keyDelayMs = 20;
/** Better compression would take most of the time of a screenshot in the kernel lab. */
const fastCompression = ['-define', 'png:compression-level=1'];
const maxScreenshotBytes = 32 * 2 ** 20;
/** A reader that has not found the window of the browser after this time is started again. Starting one takes seconds in the lab. */
const readyTimeoutMs = 30_000;
const maxReadyAttempts = 3;

/** The differences between browsers. */
export interface DialogTraits {
  /** Name of the application on the accessibility bus. */
  application: 'Chromium' | 'Firefox';
  /** What cancels a prompt or closes the last page. */
  dismissedBy: { key: string } | { button: string };
}

export interface AccessibleDialogOptions {
  /** The reader; it gets the name of the application as its last argument. */
  reader?: ReaderCommand;
  clock?: Clock;
}

export class AccessibleDialog implements NativeDialog, AsyncDisposable {
  readonly #traits: DialogTraits;
  readonly #reader: AccessibilityReader;
  readonly #clock: Clock;

  /** Starts the reader. */
  constructor(traits: DialogTraits, { reader = readerCommand, clock = systemClock }: AccessibleDialogOptions = {}) {
    this.#traits = traits;
    this.#clock = clock;
    this.#reader = new AccessibilityReader([...reader, traits.application]);
  }

  async whenReady(): Promise<void> {
    for (let attempt = 1; attempt <= maxReadyAttempts; attempt++) {
      if (attempt > 1) this.#reader.restart();
      if (await this.#seesWindow()) return;
    }
    throw new UnavailableError(
      `Cannot read the dialogs of ${this.#traits.application}: expected its window on the accessibility bus, ${this.describeState()}`,
    );
  }

  watch(listener: (snapshot: DialogSnapshot | undefined) => void): () => void {
    return this.#reader.listen((state) => {
      if (!('error' in state)) listener(state.dialog ?? undefined); // after an error, a dialog may still be open
    });
  }

  reconnect(): void {
    this.#reader.restart();
  }

  describeState(): string {
    const { state } = this.#reader;
    if ('error' in state) return `but the reader reports: ${state.error}`;
    if (state.dialog) return `and the reader sees the dialog "${state.dialog.title}"`;
    return state.window ? 'and the reader sees the window but no dialog' : 'but the reader does not see the window';
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
    if (!(await this.#reader.press(name)))
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
    this.#reader[Symbol.dispose]();
  }

  /** Returns whether the reader finds the window of the browser within the time limit. */
  async #seesWindow(): Promise<boolean> {
    let stopListening: (() => void) | undefined;
    const seen = new Promise<void>((resolve) => {
      stopListening = this.#reader.listen((state: BusState) => {
        if ('window' in state && state.window) resolve();
      });
    });
    try {
      return await settlesWithin(seen, readyTimeoutMs, this.#clock);
    } finally {
      stopListening?.();
    }
  }

  async #typeText(text: string): Promise<void> {
    await run('xdotool', ['type', '--delay', String(keyDelayMs), '--', text]);
  }

  async #pressKey(key: string): Promise<void> {
    await run('xdotool', ['key', key]);
  }
}
