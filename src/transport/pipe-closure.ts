/** How a pipe ends: once, and told to the listener unless it was closed from here. */
export class Ending {
  #reason: Error | undefined;
  #closed = false;
  #listener: ((reason: Error) => void) | undefined;

  get is(): boolean {
    return this.#closed || this.#reason !== undefined;
  }

  happened(reason: Error): void {
    if (this.is) return;
    this.#reason = reason;
    this.#listener?.(reason);
  }

  listen(listener: (reason: Error) => void): void {
    this.#listener = listener;
    if (this.#reason) listener(this.#reason);
  }

  /** True the first time. */
  closedHere(): boolean {
    const first = !this.#closed;
    this.#closed = true;
    return first;
  }
}
