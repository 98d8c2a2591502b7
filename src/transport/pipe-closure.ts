/** Records how a pipe was closed: by the other side, which is reported to the listener once, or locally, which is not reported. */
export class PipeClosure {
  #reason: Error | undefined;
  #closedLocally = false;
  #listener: ((reason: Error) => void) | undefined;

  get isClosed(): boolean {
    return this.#closedLocally || this.#reason !== undefined;
  }

  /** Records that the device or the connection is gone, and calls the listener. Does nothing if the pipe is already closed. */
  close(reason: Error): void {
    if (this.isClosed) return;
    this.#reason = reason;
    this.#listener?.(reason);
  }

  /** Sets the listener; calls it at once if the other side has already closed the pipe. */
  onClose(listener: (reason: Error) => void): void {
    this.#listener = listener;
    if (this.#reason) listener(this.#reason);
  }

  /** Records that the pipe is closed locally. Returns true on the first call, so that the caller releases its resources once. */
  closeLocally(): boolean {
    const isFirst = !this.#closedLocally;
    this.#closedLocally = true;
    return isFirst;
  }
}
