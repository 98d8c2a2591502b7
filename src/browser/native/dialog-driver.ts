/**
 * Connects a browser's own dialog to a `UserInteraction`: each prompt of the dialog becomes a call, and the answer is typed
 * into the dialog or pressed as a button. The browser remains the WebAuthn client.
 */
import type { Clock } from '#base/clock.ts';
import { UnavailableError } from '#base/errors.ts';
import { cancelled, type UserInteraction } from '#client/user-interaction.ts';
import type { DialogSnapshot, NativeDialog } from './dialog-snapshot.ts';
import { MissingPromptWatch } from './missing-prompt-watch.ts';
import type { KeyStatus, NativePrompt, ReadPrompt } from './native-prompt.ts';

export interface DialogDriverOptions {
  dialog: NativeDialog;
  /** Recognizes the prompts of this browser's dialog. */
  readPrompt: ReadPrompt;
  user: UserInteraction;
  rpId: string;
  keyStatus(): KeyStatus;
  /** Returns how many PINs the key has refused so far. Two "Incorrect PIN" dialogs in a row look the same otherwise. */
  countPinRefusals(): number;
  /** Called with a PNG of the screen when a prompt is shown, before it is answered. */
  onPromptShown(kind: NativePrompt['kind'], screenshot: Buffer): Promise<void>;
  /** Called when a prompt cannot be answered. */
  onProblem(error: Error): void;
  /** Returns how many messages the key has received so far. */
  countKeyMessages(): number;
  /** Called when a prompt is on the screen that cannot be read, also through a new connection. `screenshot` is a PNG of the screen. */
  onUnreadablePrompt(error: UnavailableError, screenshot: Buffer): Promise<void>;
  clock?: Clock | undefined;
}

/** Answers prompts until it is disposed. */
export class DialogDriver implements Disposable {
  readonly #options: DialogDriverOptions;
  readonly #stopWatching: () => void;
  readonly #missingPrompt: MissingPromptWatch;
  /** The prompt that is being answered or has been answered; `key` identifies it. */
  #current: { key: string; abort: AbortController } | undefined;

  constructor(options: DialogDriverOptions) {
    this.#options = options;
    this.#missingPrompt = new MissingPromptWatch({
      clock: options.clock,
      countKeyMessages: () => options.countKeyMessages(),
      onSuspected: () => options.dialog.reconnect(),
      onConfirmed: () => void this.#reportUnreadablePrompt(),
    });
    this.#stopWatching = options.dialog.watch((snapshot) => this.#onSnapshot(snapshot));
  }

  [Symbol.dispose](): void {
    this.#missingPrompt[Symbol.dispose]();
    this.#stopWatching();
    this.#abortCurrent();
  }

  async #reportUnreadablePrompt(): Promise<void> {
    const { dialog, onUnreadablePrompt, onProblem } = this.#options;
    const error = new UnavailableError(
      `Screen and accessibility reader disagree: the browser waits for the user, ${dialog.describeState()}`,
    );
    await dialog.screenshot().then((screenshot) => onUnreadablePrompt(error, screenshot), onProblem);
  }

  #onSnapshot(snapshot: DialogSnapshot | undefined): void {
    const { keyStatus, countPinRefusals, onProblem, readPrompt } = this.#options;
    const prompt = readPrompt(snapshot, keyStatus());
    this.#missingPrompt.report(prompt !== undefined);
    if (!prompt) {
      this.#abortCurrent();
      return;
    }
    const key = JSON.stringify([prompt, prompt.kind === 'pin' && countPinRefusals()]);
    if (key === this.#current?.key) return;
    this.#abortCurrent();
    const abort = new AbortController();
    this.#current = { key, abort };
    this.#answer(prompt, abort.signal).catch((error: Error) => {
      if (!abort.signal.aborted) onProblem(error);
    });
  }

  #abortCurrent(): void {
    this.#current?.abort.abort(new Error('The dialog no longer shows this prompt'));
    this.#current = undefined;
  }

  async #answer(prompt: NativePrompt, signal: AbortSignal): Promise<void> {
    const { dialog, onPromptShown } = this.#options;
    const screenshot = await dialog.screenshot();
    signal.throwIfAborted();
    await onPromptShown(prompt.kind, screenshot);
    const answer = await this.#askUser(prompt, signal);
    if (signal.aborted) return;
    if (prompt.kind === 'review') return dialog.pressButton(answer === cancelled ? prompt.cancel : prompt.ok);
    if (prompt.kind === 'pin' && answer !== cancelled) return dialog.typePin(answer as string, prompt.pin.kind);
    if (answer === cancelled) await dialog.dismiss();
  }

  async #askUser(prompt: NativePrompt, signal: AbortSignal): Promise<unknown> {
    const { user, rpId, countPinRefusals } = this.#options;
    switch (prompt.kind) {
      case 'pin': {
        const wasRefused = prompt.pin.kind === 'enter' && countPinRefusals() > 0;
        return user.providePin({ minCodePoints: 4, ...(wasRefused && { problem: 'wrong' }), ...prompt.pin }, signal);
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
