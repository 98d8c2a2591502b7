/**
 * Coordinates the reader and the writer of a USB pipe. The reader polls the endpoint only while a caller expects reports;
 * the writer waits until the reader polls, so that no answer arrives before it can be read.
 */
export class ReadDemand {
  #callers = 0;
  #onStarted: () => void = () => undefined;
  #markReady: () => void = () => undefined;
  #readerReady: Promise<void> = this.#createReadyPromise();

  /** Whether a caller expects reports. */
  get isActive(): boolean {
    return this.#callers > 0;
  }

  /** Resolves when the reader polls for reports, or when `close` was called. */
  get readerReady(): Promise<void> {
    return this.#readerReady;
  }

  /** Asks the reader to poll until the returned function is called. */
  start(): () => void {
    this.#callers += 1;
    this.#onStarted();
    return () => {
      this.#callers -= 1;
    };
  }

  /** For the reader: waits until a caller expects reports, then resolves `readerReady`. */
  async waitUntilActive(): Promise<void> {
    if (!this.isActive)
      await new Promise<void>((resolve) => {
        this.#onStarted = resolve;
      });
    this.#markReady();
  }

  /** For the reader: it has stopped polling. `readerReady` is pending until the next `waitUntilActive`. */
  stop(): void {
    this.#readerReady = this.#createReadyPromise();
  }

  /** For the reader: it never polls again. Resolves `readerReady`, so that no writer waits forever. */
  close(): void {
    this.#markReady();
  }

  #createReadyPromise(): Promise<void> {
    return new Promise((resolve) => {
      this.#markReady = resolve;
    });
  }
}
