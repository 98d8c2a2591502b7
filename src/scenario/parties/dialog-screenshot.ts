/**
 * The security dialog as the person sees it, drawn over the page: while it changes in headed runs, and before a screenshot
 * everywhere else, so that nobody pays for pictures that nobody sees.
 */
import { hideDialog, showDialog } from '#browser/dialog-overlay.ts';
import type { DialogProfileId } from '#browser/dialog-profiles.ts';
import { type DialogPrompt, type DialogView, dialogView } from '#browser/dialog-view.ts';
import type { AuthenticatorChoice, EndReason } from '#client/user-interaction.ts';
import type { Picture } from './client/case-client.ts';
import type { Question } from './security-dialog.ts';
import type { Site } from './site/site.ts';

export interface DialogPictureOptions {
  profile: DialogProfileId;
  site: Site;
  /** Draws every change at once. */
  live: boolean;
}

export class DialogPicture implements Picture {
  readonly #options: DialogPictureOptions;
  #prompt: DialogPrompt | undefined;
  /** The person has asked for the other places to save to. */
  #expanded = false;
  #drawing: Promise<void> = Promise.resolve();

  constructor(options: DialogPictureOptions) {
    this.#options = options;
  }

  shown({ kind, detail }: Question): void {
    this.#change({ kind, detail } as DialogPrompt);
  }

  informed(reason: EndReason): void {
    this.#change({ kind: 'ended', detail: reason });
  }

  closed(): void {
    this.#change(undefined);
  }

  /**
   * Where this dialog shows "this device" alone, asks it for the other places.
   * @returns what the person pressed for it, e.g. `Use another device`.
   */
  reach(kind: AuthenticatorChoice['kind']): string | undefined {
    const link = kind === 'this-device' ? undefined : this.#view()?.link;
    if (link === undefined) return undefined;
    this.#expanded = true;
    this.#change(this.#prompt);
    return link;
  }

  async screenshot(): Promise<Buffer> {
    await this.draw();
    return this.#options.site.screenshot();
  }

  /** Draws what the dialog shows now; resolves when it stands on the page. */
  draw(): Promise<void> {
    const view = this.#view();
    this.#drawing = this.#drawing.then(async () => {
      const page = await this.#options.site.page();
      await (view ? showDialog(page, view) : hideDialog(page));
    });
    return this.#drawing;
  }

  #change(prompt: DialogPrompt | undefined): void {
    if (prompt?.kind !== this.#prompt?.kind) this.#expanded = prompt?.kind === 'choose' && this.#expanded;
    this.#prompt = prompt;
    if (this.#options.live) void this.draw();
  }

  #view(): DialogView | undefined {
    const { profile, site } = this.#options;
    const context = { site: new URL(site.origin).hostname, expanded: this.#expanded };
    return this.#prompt && dialogView(profile, this.#prompt, context);
  }
}
