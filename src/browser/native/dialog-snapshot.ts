/** The interface to a browser's own security dialog: its content, and the answers to it. */

/** What a security dialog shows, as read through the accessibility API. */
export interface DialogSnapshot {
  title: string;
  /** All other texts; empty for a browser that exposes the title only. */
  texts: readonly string[];
}

export interface NativeDialog {
  /**
   * Resolves when a known element of the browser's window can be read, so that a dialog will be seen.
   * @throws {UnavailableError} if it cannot be read, also with a new connection.
   */
  whenReady(): Promise<void>;
  /** Reads through a new connection from now on. */
  reconnect(): void;
  /** Returns what is read at the moment, as the end of a sentence. */
  describeState(): string;
  /** Calls `listener` a few times per second with the dialog that is open, or undefined. The returned function stops that. */
  watch(listener: (snapshot: DialogSnapshot | undefined) => void): () => void;
  /** Types the PIN into the focused field, repeats it for a new PIN, and confirms. */
  typePin(pin: string, kind: 'enter' | 'set' | 'change'): Promise<void>;
  /** Presses a button of the dialog. @throws {Error} when there is no button of that name. */
  pressButton(name: string): Promise<void>;
  /** Cancels the prompt, or closes the last page. */
  dismiss(): Promise<void>;
  /** Returns a PNG of the whole screen. */
  screenshot(): Promise<Buffer>;
}
