/** A native browser that can be started again, and reports when it ends without being closed. */
import type { Browser } from 'playwright';
import { UnavailableError } from '#base/errors.ts';
import { type BrowserEnd, BrowserProcess } from './browser-process.ts';
import type { NativeBrowser } from './native-browsers.ts';

export type EndListener = (end: Promise<BrowserEnd>) => void;

export class RestartableBrowser implements Disposable {
  readonly #browser: NativeBrowser;
  readonly #process: BrowserProcess;
  readonly #listeners = new Set<EndListener>();
  #running: Browser | undefined;

  constructor(browser: NativeBrowser) {
    this.#browser = browser;
    this.#process = new BrowserProcess(browser.findExecutable());
  }

  get running(): Browser {
    if (!this.#running) throw new UnavailableError(`${this.#browser.dialogTraits.application} has ended`);
    return this.#running;
  }

  async start(): Promise<void> {
    this.#process.forgetEnd();
    const started = await this.#browser.launch(this.#process.launcher);
    this.#running = started;
    started.on('disconnected', () => {
      if (started !== this.#running) return;
      this.#running = undefined;
      for (const listener of this.#listeners) listener(this.#process.describeEnd());
    });
  }

  async close(): Promise<void> {
    const closing = this.#running;
    this.#running = undefined;
    await closing?.close().catch(() => undefined); // it may have ended
  }

  onEnd(listener: EndListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  [Symbol.dispose](): void {
    this.#process[Symbol.dispose]();
  }
}
