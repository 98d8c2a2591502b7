/** What is on show of a browser's own security dialog, and the hands in front of it: one port, a driver per browser. */

/** A security dialog as assistive programs are told of it. */
export interface DialogSnapshot {
  title: string;
  /** Everything else it says; empty where the browser tells the title only. */
  texts: readonly string[];
}

export interface NativeDialog {
  /** Told again and again, a few times a second, what is on show. The returned function ends that. */
  watch(listener: (sight: DialogSnapshot | undefined) => void): () => void;
  /** Types into the field that has the focus, the confirmation of a new PIN too, and confirms. */
  typePin(pin: string, kind: 'enter' | 'set' | 'change'): Promise<void>;
  /** Presses a button of the dialog. @throws {Error} when it has none of that name. */
  press(button: string): Promise<void>;
  /** Cancels the question, or closes the last page. */
  dismiss(): Promise<void>;
  /** PNG of the whole screen. */
  picture(): Promise<Buffer>;
}
