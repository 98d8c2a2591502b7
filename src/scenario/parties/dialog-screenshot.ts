/**
 * Draws the security dialog over the page: at every change in headed runs, otherwise only before a screenshot, because drawing
 * costs time.
 */
import { hideAutofillList, showAutofillList } from '#browser/autofill-overlay.ts';
import { hideDialog, showDialog } from '#browser/dialog-overlay.ts';
import type { DialogProfileId } from '#browser/dialog-profiles.ts';
import { createDialogView, type DialogPrompt, type DialogView } from '#browser/dialog-view.ts';
import type { AuthenticatorChoice, AutofillPrompt, EndReason } from '#client/user-interaction.ts';
import type { DialogScreenshot } from './client/case-client.ts';
import type { Question } from './security-dialog.ts';
import type { Site } from './site/site.ts';

export interface DialogScreenshotOptions {
  profile: DialogProfileId;
  site: Site;
  /** Draws every change at once. */
  live: boolean;
}

export class OverlayDialogScreenshot implements DialogScreenshot {
  readonly #options: DialogScreenshotOptions;
  #prompt: DialogPrompt | undefined;
  /** What the autofill list of the page offers, while it is open. */
  #autofill: AutofillPrompt | undefined;
  /** The user has asked for the other places to save to. */
  #isExpanded = false;
  #drawing: Promise<void> = Promise.resolve();

  constructor(options: DialogScreenshotOptions) {
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

  autofillChanged(prompt: AutofillPrompt | undefined): void {
    this.#autofill = prompt;
    if (this.#options.live) void this.draw();
  }

  revealChoice(kind: AuthenticatorChoice['kind']): string | undefined {
    const link = kind === 'this-device' ? undefined : this.#view()?.link;
    if (link === undefined) return undefined;
    this.#isExpanded = true;
    this.#change(this.#prompt);
    return link;
  }

  async screenshot(): Promise<Buffer> {
    await this.draw();
    return this.#options.site.screenshot();
  }

  /** Draws the current state of the dialog; resolves when it is on the page. */
  draw(): Promise<void> {
    const view = this.#view();
    const autofill = this.#autofill;
    this.#drawing = this.#drawing.then(async () => {
      const page = await this.#options.site.page();
      await (view ? showDialog(page, view) : hideDialog(page));
      await (autofill ? showAutofillList(page, autofill) : hideAutofillList(page));
    });
    return this.#drawing;
  }

  #change(prompt: DialogPrompt | undefined): void {
    if (prompt?.kind !== this.#prompt?.kind) this.#isExpanded = prompt?.kind === 'choose' && this.#isExpanded;
    this.#prompt = prompt;
    if (this.#options.live) void this.draw();
  }

  #view(): DialogView | undefined {
    const { profile, site } = this.#options;
    const context = { site: new URL(site.origin).hostname, expanded: this.#isExpanded };
    return this.#prompt && createDialogView(profile, this.#prompt, context);
  }
}
