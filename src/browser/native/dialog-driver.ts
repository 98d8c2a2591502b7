/**
 * Plays the dialog to the person: what the browser asks becomes a question of the `UserInteraction` port, the answer
 * becomes key strokes. The browser itself is the client; nothing in here decides anything.
 */
import { cancelled, type UserInteraction } from '#client/user-interaction.ts';
import type { NativeDialog, DialogSnapshot } from './dialog-snapshot.ts';
import type { KeyStatus, NativePrompt, ReadPrompt } from './native-prompt.ts';

export interface DialogDriverOptions {
  dialog: NativeDialog;
  /** What this browser's dialog asks. */
  prompt: ReadPrompt;
  user: UserInteraction;
  rpId: string;
  key(): KeyStatus;
  /** How many PINs the key has refused so far: a dialog that says "Incorrect PIN" twice looks the same twice. */
  refusals(): number;
  /** A question is on the screen and not yet answered. */
  onShown(kind: NativePrompt['kind'], picture: Buffer): Promise<void>;
  /** Reading the screen or typing failed. */
  onProblem(error: Error): void;
}

export class DialogDriver implements Disposable {
  readonly #options: DialogDriverOptions;
  readonly #unwatch: () => void;
  #asked: { key: string; abort: AbortController } | undefined;

  constructor(options: DialogDriverOptions) {
    this.#options = options;
    this.#unwatch = options.dialog.watch((sight) => this.#look(sight));
  }

  [Symbol.dispose](): void {
    this.#unwatch();
    this.#withdraw();
  }

  #look(sight: DialogSnapshot | undefined): void {
    const { key, refusals, onProblem, prompt: read } = this.#options;
    const prompt = read(sight, key());
    if (!prompt) {
      this.#withdraw();
      return;
    }
    const identity = JSON.stringify([prompt, prompt.kind === 'pin' && refusals()]);
    if (identity === this.#asked?.key) return;
    this.#withdraw();
    const abort = new AbortController();
    this.#asked = { key: identity, abort };
    this.#put(prompt, abort.signal).catch((error: Error) => {
      if (!abort.signal.aborted) onProblem(error);
    });
  }

  #withdraw(): void {
    this.#asked?.abort.abort(new Error('the dialog shows something else'));
    this.#asked = undefined;
  }

  async #put(prompt: NativePrompt, signal: AbortSignal): Promise<void> {
    const { dialog, onShown } = this.#options;
    const picture = await dialog.picture();
    signal.throwIfAborted();
    await onShown(prompt.kind, picture);
    const answer = await this.#ask(prompt, signal);
    if (signal.aborted) return;
    if (prompt.kind === 'review') return dialog.press(answer === cancelled ? prompt.cancel : prompt.ok);
    if (prompt.kind === 'pin' && answer !== cancelled) return dialog.typePin(answer as string, prompt.pin.kind);
    if (answer === cancelled) await dialog.dismiss();
  }

  async #ask(prompt: NativePrompt, signal: AbortSignal): Promise<unknown> {
    const { user, rpId, refusals } = this.#options;
    switch (prompt.kind) {
      case 'pin': {
        const problem = prompt.pin.kind === 'enter' && refusals() > 0 ? ({ problem: 'wrong' } as const) : {};
        return user.providePin({ minCodePoints: 4, ...problem, ...prompt.pin }, signal);
      }
      case 'presence':
        return user.awaitPresence({ why: 'register', rpId, verification: false }, signal);
      case 'connect':
        return user.connectKey(signal);
      case 'review':
        return user.review({ rpId, userName: '', authenticator: '', attestation: true }, signal);
      case 'ended':
        user.inform(prompt.reason);
        return cancelled;
    }
  }
}
