/** The keys, the dialog and the client of one test, behind one `WebAuthnHandler`. */
import type { DialogPrompt } from '#browser/dialog-view.ts';
import type { WebAuthnHandler } from '#browser/webauthn-handler.ts';
import type { AuthenticatorSource } from '#client/context.ts';
import { Timeline } from '#result/timeline.ts';
import { ActivityLog } from './activity-log.ts';
import { createPageClient } from './page-client.ts';
import { PasskeyDialog, type PasskeyDialogOptions } from './passkey-dialog.ts';
import { SecurityKey, type SecurityKeyOptions } from './security-key.ts';

/** The first key, and the dialog. */
export interface KeySetOptions {
  /** The first key. */
  key?: SecurityKeyOptions;
  /** The dialog of all keys. */
  dialog?: PasskeyDialogOptions;
}

export class KeySet implements Disposable {
  readonly timeline = new Timeline();
  readonly log = new ActivityLog();
  readonly keys: SecurityKey[] = [];
  readonly key: SecurityKey;
  readonly dialog: PasskeyDialog;
  readonly handler: WebAuthnHandler;
  readonly #listeners = new Set<() => void>();

  /** `draw` shows what the dialog shows; undefined: nothing. */
  constructor({ key, dialog = {} }: KeySetOptions, draw: (prompt: DialogPrompt | undefined) => void) {
    const { log, timeline } = this;
    this.key = this.addKey(key);
    this.dialog = new PasskeyDialog(dialog, {
      log,
      draw,
      currentPin: () => this.#current().pin,
      onNewPin: (pin) => {
        this.#current().pin = pin;
      },
    });
    const source: AuthenticatorSource = {
      list: () => this.keys.filter(({ isPluggedIn }) => isPluggedIn).map(({ available }) => available),
      onChange: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
    this.handler = createPageClient({ keys: () => this.keys, source, dialog: this.dialog, log, timeline });
  }

  addKey(options: SecurityKeyOptions = {}): SecurityKey {
    const key = new SecurityKey(options, {
      id: `key-${this.keys.length + 1}`,
      log: this.log,
      elapsedMs: () => this.timeline.elapsedMs(),
      onPlugChange: () => this.#notifyChange(),
    });
    this.keys.push(key);
    this.#notifyChange();
    return key;
  }

  [Symbol.dispose](): void {
    for (const key of this.keys) key[Symbol.dispose]();
  }

  /** The key that the client has talked to last. */
  #current(): SecurityKey {
    const lastUse = ({ transcript }: SecurityKey) => transcript.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY;
    return this.keys.reduce((current, key) => (lastUse(key) > lastUse(current) ? key : current), this.key);
  }

  #notifyChange(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
